/* The worker's fixtures as shell commands, for scripts that reproduce a finding without the harness. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/clock.h"
#include "c/file.h"
#include "c/memory.h"
#include "events.h"
#include "fixtures.h"
#include "links.h"
#include "seccomp_agent.h"

static int failed(const char *what) {
  fprintf(stderr, "agent do %s: %s\n", what, strerror(errno));
  return 1;
}

static int do_interface_command(char **args, int count) {
  char peer[64];
  snprintf(peer, sizeof peer, "%sp", args[0]);
  struct interface made = {.name = args[0], .alternative_names = ""};
  int at = 1;
  for (; at < count && !strncmp(args[at], "--", 2); at++) {
    if (!strcmp(args[at], "--up")) made.up = true;
    else if (!strcmp(args[at], "--mtu") && at + 1 < count) made.mtu = (uint32_t)strtoul(args[++at], NULL, 10);
    else if (!strcmp(args[at], "--names") && at + 1 < count) made.alternative_names = args[++at];
    else break;
  }
  made.addresses = args + at;
  made.address_count = (uint32_t)(count - at);
  return make_interface(&made, peer) ? failed("interface") : 0;
}

static int serve_seccomp(const char *path, const char *answer) {
  events_init();
  struct args a = {3, (char *[]){(char[]){"seccomp-agent"}, xstrdup(path), xstrdup(answer)}, (uint32_t[]){0, 0, 0}};
  struct buf reply = {0};
  do_seccomp_agent(&a, &reply);
  while (pump(now_ms() + 3600000, -1)) continue;
  return 0;
}

int do_main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  char **args = argv + 2;
  int count = argc - 2;
  if (!strcmp(what, "namespace") && count == 2) {
    pid_t holder;
    return make_namespace(args[1], args[0], &holder) ? failed(what) : 0;
  }
  if (!strcmp(what, "interface") && count >= 1) return do_interface_command(args, count);
  if (!strcmp(what, "cgroup") && count == 1) return make_cgroup(args[0]) ? failed(what) : 0;
  if (!strcmp(what, "mount") && count == 5) return mount(args[0], args[1], args[2], strtoul(args[3], NULL, 10), args[4]) ? failed(what) : 0;
  if (!strcmp(what, "socket") && count == 1) return mknod(args[0], S_IFSOCK | 0600, 0) ? failed(what) : 0;
  if (!strcmp(what, "seccomp-agent") && count == 2) return serve_seccomp(args[0], args[1]);
  fprintf(stderr,
          "usage: agent do namespace TYPE PATH | interface NAME [--up] [--mtu N] [--names NAMES] ADDRESS… | cgroup PATH |\n"
          "                mount SOURCE TARGET TYPE FLAGS DATA | socket PATH |\n"
          "                seccomp-agent SOCKET ERRNO\n");
  return EXIT_USAGE;
}
