#include "await.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/clock.h"
#include "c/file.h"
#include "events.h"
#include "run.h"
#include "slots.h"

/* The mark and the rest of its line. Others may have written to the same stream without ending their line. */
static bool has_line(const struct buf *output, const char *mark) {
  if (!output->len) return false;
  const char *at = memmem(output->data, output->len, mark, strlen(mark));
  return at && memchr(at, '\n', output->len - (size_t)(at - output->data));
}

static void answer_awaited(struct buf *reply, const char *outcome, const int *status) {
  message_begin(reply, status ? 4 : 2);
  field_str(reply, "awaited");
  field_str(reply, outcome);
  if (status) exit_fields(reply, *status, false);
}

/*
 * Whether the process has ended. pidfd (negative: there is none) tells it also of a child of somebody else, who may leave
 * it a zombie for as long as he likes; our own are reaped here, so that their status is known.
 */
static bool has_ended(pid_t pid, int pidfd) {
  if (reaped(pid, NULL)) return true;
  if (pidfd >= 0 && !is_readable(pidfd)) return false;
  pump_ready();
  return true;
}

/* The one who had to reap it may be about to end, which makes it ours: it gets a moment. */
static void answer_ended(struct buf *reply, pid_t pid, int pidfd) {
  int status;
  int64_t moment = now_ms() + 5;
  while (pidfd >= 0 && !reaped(pid, &status) && pump(moment, -1)) continue;
  answer_awaited(reply, "exited", reaped(pid, &status) ? &status : NULL);
}

/* await-line: slot mark pid timeoutMs */
void do_await_line(const struct args *a, struct buf *reply) {
  struct slot *slot = slot_of(number(a, 1));
  pid_t pid = (pid_t)number(a, 3);
  int64_t deadline = now_ms() + number(a, 4);
  AUTO_CLOSE int pidfd = pidfd_open(pid);
  for (bool more = true;; more = pump(deadline, pidfd)) {
    bool ended = has_ended(pid, pidfd);
    if (has_line(&slot->out, text(a, 2))) return answer_awaited(reply, "ready", NULL);
    if (ended) return answer_ended(reply, pid, pidfd);
    if (!more) return answer_awaited(reply, "timeout", NULL);
  }
}

/* await-exit: pid timeoutMs */
void do_await_exit(const struct args *a, struct buf *reply) {
  pid_t pid = (pid_t)number(a, 1);
  int64_t deadline = now_ms() + number(a, 2);
  AUTO_CLOSE int pidfd = pidfd_open(pid);
  pump_ready();
  for (bool more = true;; more = pump(deadline, pidfd)) {
    if (has_ended(pid, pidfd)) return answer_ended(reply, pid, pidfd);
    if (!more) return answer_awaited(reply, "timeout", NULL);
  }
}

/* output: slot timeoutMs → stdout stderr ended */
void do_output(const struct args *a, struct buf *reply) {
  struct slot *slot = slot_of(number(a, 1));
  int64_t deadline = now_ms() + number(a, 2);
  pump_ready();
  while (slot->open_streams > 0 && pump(deadline, -1)) continue;
  message_begin(reply, 4);
  field_str(reply, "output");
  field_bytes(reply, slot->out.data, slot->out.len);
  field_bytes(reply, slot->err.data, slot->err.len);
  field_num(reply, slot->open_streams == 0);
  slot->out.len = slot->err.len = 0;
}

/* terminal: slot → rows columns */
void do_terminal(const struct args *a, struct buf *reply) {
  struct slot *slot = slot_of(number(a, 1));
  if (!slot->has_terminal) return answer_ok(reply);
  message_begin(reply, 3);
  field_str(reply, "terminal");
  field_num(reply, slot->rows);
  field_num(reply, slot->columns);
}
