/*
 * `agent sandboxes`: makes sandboxes for a harness that is too large to fork for each. Frames come in with orders, `run ID ARGUMENTS…`
 * (those of `agent sandbox`) and `stop ID`; for each sandbox that ended one goes out: its ID, and what it wrote to standard output
 * and standard error. At the end of its input, however that comes, this process ends, and with it every sandbox.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/child.h"
#include "c/clock.h"
#include "c/file.h"
#include "c/memory.h"
#include "events.h"
#include "frame.h"

enum { OUT_MAX = 64 << 20, ERR_MAX = 64 << 10, LONG_MS = 3600000 };

/* A sandbox under way. Both outputs are files in memory. */
struct sandbox_run {
  pid_t pid;
  char *id;
  int out, err;
};
static struct sandbox_run *runs;
static size_t run_count;

/* In the child: its input has ended, and is neither a terminal nor the host's null device. */
__attribute__((noreturn)) static void become(const struct sandbox_run *run, int argc, char **argv) {
  int in[2];
  signals_reset();
  if (pipe(in) || dup2(in[0], 0) < 0 || dup2(run->out, 1) < 0 || dup2(run->err, 2) < 0) _exit(EXIT_SANDBOX);
  close(in[0]);
  close(in[1]);
  _exit(sandbox_main(argc, argv));
}

/* Appends what was written to a file in memory, at most so much of it, and closes it. */
static void take(int file, size_t max, struct buf *out) {
  if (lseek(file, 0, SEEK_SET) == 0) (void)read_up_to(file, out, max);
  close(file);
}

/* Tells what came of a sandbox that ended, and forgets it. */
static void answer(struct sandbox_run *run) {
  AUTO_BUF struct buf out = {0}, err = {0}, reply = {0};
  take(run->out, OUT_MAX, &out);
  take(run->err, ERR_MAX, &err);
  message_begin(&reply, 3);
  field_str(&reply, run->id);
  field_bytes(&reply, out.data, out.len);
  field_bytes(&reply, err.data, err.len);
  free(run->id);
  *run = runs[--run_count];
  /* Nobody reads any more: then nobody waits for the others either. */
  if (frame_write(1, &reply)) _exit(1);
}

static void start(struct message *order) {
  AUTO_FREE char **argv = xcalloc(order->count, sizeof *argv);
  argv[0] = (char[]){"sandbox"};
  for (uint32_t i = 2; i < order->count; i++) argv[i - 1] = order->fields[i];
  runs = xrealloc(runs, (run_count + 1) * sizeof *runs);
  struct sandbox_run *run = &runs[run_count++];
  *run = (struct sandbox_run){.id = xstrdup(order->fields[1])};
  run->out = memfd_create("stdout", MFD_CLOEXEC);
  run->err = memfd_create("stderr", MFD_CLOEXEC);
  run->pid = run->out < 0 || run->err < 0 ? -1 : fork();
  if (run->pid == 0) become(run, (int)order->count - 1, argv);
  if (run->pid > 0) return;
  if (run->err >= 0) dprintf(run->err, "sandboxes: start one: %s\n", strerror(errno));
  answer(run);
}

static void carry_out(struct message *order) {
  if (order->count < 2) return;
  if (!strcmp(order->fields[0], "run")) return start(order);
  for (size_t i = 0; i < run_count; i++)
    if (!strcmp(runs[i].id, order->fields[1])) kill(runs[i].pid, SIGTERM);
}

int sandboxes_main(int argc, char **argv) {
  if (argc != 1) {
    fprintf(stderr, "usage: agent %s\n", argv[0]);
    return EXIT_USAGE;
  }
  events_init();
  end_with(0);
  for (;;) {
    pump(now_ms() + LONG_MS, 0);
    for (size_t i = run_count; i > 0; i--)
      if (reaped(runs[i - 1].pid, NULL)) answer(&runs[i - 1]);
    /* A later process may have the same number. */
    forget_reaped();
    if (!is_readable(0)) continue;
    struct message *orders = NULL;
    uint32_t count = 0;
    if (frame_read(0, &orders, &count) <= 0) return 0;
    for (uint32_t i = 0; i < count; i++) carry_out(&orders[i]);
    messages_free(orders, count);
  }
}
