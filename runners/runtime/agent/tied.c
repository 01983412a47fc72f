/*
 * `agent tied -- COMMAND…`: becomes the command, which leads a process group; a watcher ends the group when whoever called
 * it ends, however that happens, and what is left of the group when the command itself does.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "c/child.h"

enum { EXIT_NOT_FOUND = 127 };

static int fail(const char *step) {
  fprintf(stderr, "agent tied: %s: %s\n", step, strerror(errno));
  return EXIT_NOT_FOUND;
}

__attribute__((noreturn)) static void watch(pid_t group, int caller, int leader) {
  /* Out of the group, so that it does not end itself; and a reader of the command's output must see its end. */
  setsid();
  for (int fd = 0; fd < 3; fd++) close(fd);
  struct pollfd either[] = {{.fd = caller, .events = POLLIN}, {.fd = leader, .events = POLLIN}};
  while (poll(either, 2, -1) < 0 && errno == EINTR) continue;
  kill(-group, SIGKILL);
  _exit(0);
}

int tied_main(int argc, char **argv) {
  if (argc < 3 || strcmp(argv[1], "--")) {
    fprintf(stderr, "usage: agent tied -- COMMAND…\n");
    return EXIT_USAGE;
  }
  pid_t caller = getppid();
  if (getpgrp() != getpid() && setpgid(0, 0)) return fail("lead a process group");
  int ends = pidfd_open(caller), own = pidfd_open(getpid());
  if (ends < 0 || own < 0) return fail("watch processes");
  if (getppid() != caller) return fail("the caller has ended");
  pid_t group = getpid(), between = fork();
  if (between < 0) return fail("fork");
  if (between == 0) {
    /* The command has no child that it does not know of. */
    pid_t watcher = fork();
    if (watcher == 0) watch(group, ends, own);
    _exit(watcher < 0);
  }
  int status;
  if (wait_child(between, &status) || status) return fail("start the watcher");
  close(ends);
  close(own);
  execvp(argv[2], argv + 2);
  return fail(argv[2]);
}
