/* Actions that wait: for a line of output, for the end of a process, for the end of the output. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker.h"

static struct slot *slot_of(const struct args *a) {
  int64_t index = number(a, 1);
  return index >= 0 && index < MAX_SLOTS ? &slots[index] : &slots[0];
}

/* A whole line that starts with the mark, anywhere in the output. */
static bool has_line(const struct buf *output, const char *mark) {
  if (!output->len) return false;
  const char *at = memmem(output->data, output->len, mark, strlen(mark));
  return at && memchr(at, '\n', output->len - (size_t)(at - output->data));
}

static int pidfd_of(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static void answer_awaited(struct buf *reply, const char *outcome, const int *status) {
  message_begin(reply, status ? 4 : 2);
  field_str(reply, "awaited");
  field_str(reply, outcome);
  if (status) exit_fields(reply, *status, false);
}

/* await-line: slot mark pid timeoutMs */
void do_await_line(const struct args *a, struct buf *reply) {
  struct slot *slot = slot_of(a);
  pid_t pid = (pid_t)number(a, 3);
  int64_t deadline = now_ms() + number(a, 4);
  AUTO_CLOSE int pidfd = pidfd_of(pid);
  for (;;) {
    if (has_line(&slot->out, text(a, 2))) return answer_awaited(reply, "ready", NULL);
    int status;
    if (pidfd < 0 || reaped(pid, &status)) {
      pump_ready();
      if (has_line(&slot->out, text(a, 2))) return answer_awaited(reply, "ready", NULL);
      return answer_awaited(reply, "exited", reaped(pid, &status) ? &status : NULL);
    }
    if (!pump(deadline, pidfd)) return answer_awaited(reply, "timeout", NULL);
  }
}

/* await-exit: pid timeoutMs */
void do_await_exit(const struct args *a, struct buf *reply) {
  pid_t pid = (pid_t)number(a, 1);
  int64_t deadline = now_ms() + number(a, 2);
  AUTO_CLOSE int pidfd = pidfd_of(pid);
  for (;;) {
    int status;
    pump_ready();
    if (reaped(pid, &status)) return answer_awaited(reply, "exited", &status);
    if (pidfd < 0) return answer_awaited(reply, "exited", NULL);
    /* A zombie of somebody else stays one as long as that process likes: it has ended all the same. */
    struct buf path = {0}, stat = {0};
    buf_fmt(&path, "/proc/%d/stat", pid);
    int gone = read_file(path.data, &stat, 4096);
    const char *paren = stat.data ? strrchr(stat.data, ')') : NULL;
    bool zombie = paren && paren[1] == ' ' && (paren[2] == 'Z' || paren[2] == 'X');
    buf_free(&path);
    buf_free(&stat);
    if (gone) return answer_awaited(reply, "exited", reaped(pid, &status) ? &status : NULL);
    /* Our own zombies are reaped by the next pump. */
    if (zombie && !pump(now_ms() + 5, -1) && !reaped(pid, &status)) return answer_awaited(reply, "exited", NULL);
    if (!zombie && !pump(deadline, pidfd)) return answer_awaited(reply, "timeout", NULL);
  }
}

/* output: slot timeoutMs → stdout stderr ended */
void do_output(const struct args *a, struct buf *reply) {
  struct slot *slot = slot_of(a);
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
  struct slot *slot = slot_of(a);
  if (!slot->has_terminal) return answer_ok(reply);
  message_begin(reply, 3);
  field_str(reply, "terminal");
  field_num(reply, slot->rows);
  field_num(reply, slot->columns);
}
