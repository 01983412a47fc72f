/* The hook: records how it was called, then does what it was told: sleep, fail, die. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/clock.h"
#include "c/file.h"
#include "probe.h"

extern char **environ;

enum { EXIT_UNRECORDED = 125 };

struct hook {
  const char *name, *dir, *marker;
  int code, sig;
  long sleep_ms;
  bool ignore_stdin;
  uint64_t started;
};

static void drain(struct buf *input) {
  char chunk[4096];
  for (ssize_t n; (n = read(0, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR);)
    if (n > 0) buf_add(input, chunk, (size_t)n);
}

static void record(struct buf *b, const struct hook *h, char **argv, const struct buf *input, bool ended) {
  char root[64];
  struct stat st = {0};
  (void)stat("/", &st);
  snprintf(root, sizeof root, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
  json_open(b, '{');
  json_key(b, "name"), json_str(b, h->name);
  json_strings(b, "argv", argv);
  json_strings(b, "env", environ);
  json_key(b, "cwd"), json_cwd(b, "");
  json_key(b, "pid"), json_num(b, getpid());
  json_key(b, "stdin"), json_strn(b, input->data, input->len);
  json_namespaces(b, false);
  json_key(b, "root"), json_str(b, root);
  json_key(b, "seesContainer"), json_bool(b, !access(INSIDE_AGENT, F_OK));
  json_key(b, "programStarted"), json_bool(b, !access(h->marker, F_OK));
  json_key(b, "startedNs"), json_u64str(b, h->started);
  json_key(b, "endedNs");
  if (ended) json_u64str(b, now_ns());
  else json_null(b);
  json_close(b, '}');
}

/* Under a temporary name first: a reader never sees half a record. */
static int save(const struct hook *h, char **argv, const struct buf *input, bool ended) {
  struct buf b = {0}, path = {0}, temporary = {0};
  record(&b, h, argv, input, ended);
  buf_str(&path, h->dir);
  buf_str(&temporary, h->dir);
  buf_fmt(&path, "/%llu-%d-", (unsigned long long)h->started, getpid());
  for (const char *c = h->name; *c; c++) buf_add(&path, *c == '/' ? "_" : c, 1);
  buf_str(&path, ".json");
  buf_fmt(&temporary, "/.tmp-%llu-%d", (unsigned long long)h->started, getpid());
  int failed = write_file(temporary.data, b.data, b.len, O_CREAT | O_TRUNC, 0644) || rename(temporary.data, path.data);
  int error = errno;
  if (failed) unlink(temporary.data);
  buf_free(&b);
  buf_free(&path);
  buf_free(&temporary);
  errno = error;
  return failed;
}

static int options(int argc, char **argv, struct hook *h) {
  static const struct option known[] = {
      {"name", 1, NULL, 'n'},         {"dir", 1, NULL, 'd'},    {"exit", 1, NULL, 'x'},   {"sleep-ms", 1, NULL, 's'},
      {"ignore-stdin", 0, NULL, 'i'}, {"signal", 1, NULL, 'k'}, {"marker", 1, NULL, 'm'}, {NULL, 0, NULL, 0}};
  for (int o; (o = getopt_long(argc, argv, "+", known, NULL)) != -1;) {
    if (o == 'n') h->name = optarg;
    else if (o == 'd') h->dir = optarg;
    else if (o == 'x') h->code = atoi(optarg);
    else if (o == 's') h->sleep_ms = atol(optarg);
    else if (o == 'i') h->ignore_stdin = true;
    else if (o == 'k') h->sig = atoi(optarg);
    else if (o == 'm') h->marker = optarg;
    else return -1;
  }
  return h->name && h->dir ? 0 : -1;
}

/* False when nothing was recorded, which is the harness's own failure, not the hook's. */
static bool saved(const struct hook *h, char **argv, const struct buf *input, bool ended) {
  if (!save(h, argv, input, ended)) return true;
  fprintf(stderr, "agent hook %s: record in %s: %s\n", h->name, h->dir, strerror(errno));
  return false;
}

static void die_of(int sig) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, sig);
  signal(sig, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &one, NULL);
  raise(sig);
}

static int run(const struct hook *h, char **argv, struct buf *input) {
  /* Before its input is read, too: a runtime that never closes it must not hide that the hook ran. */
  if (!saved(h, argv, input, false)) return EXIT_UNRECORDED;
  if (!h->ignore_stdin) {
    drain(input);
    if (!saved(h, argv, input, false)) return EXIT_UNRECORDED;
  }
  struct timespec left = {h->sleep_ms / 1000, h->sleep_ms % 1000 * 1000000};
  while (h->sleep_ms > 0 && nanosleep(&left, &left) && errno == EINTR) continue;
  if (!saved(h, argv, input, true)) return EXIT_UNRECORDED;
  if (h->sig) die_of(h->sig);
  return h->code;
}

int hook_main(int argc, char **argv) {
  struct hook h = {.started = now_ns(), .marker = "/.oci/started"};
  if (options(argc, argv, &h)) {
    fprintf(stderr,
            "usage: agent hook --name N --dir DIR [--exit N] [--sleep-ms N] [--ignore-stdin] [--signal N]"
            " [--marker PATH] [-- …]\n");
    return EXIT_USAGE;
  }
  struct buf input = {0};
  buf_add(&input, "", 0);
  /* main() passed the arguments without the program's own name. */
  int code = run(&h, argv - 1, &input);
  buf_free(&input);
  return code;
}
