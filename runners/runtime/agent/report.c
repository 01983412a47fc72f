#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/buf.h"
#include "events.h"
#include "slots.h"

static void on_report(int fd, void *data) {
  struct slot *slot = data;
  char chunk[65536];
  ssize_t n = read(fd, chunk, sizeof chunk);
  if (n > 0 && slot->out.len < SLOT_LIMIT) buf_add(&slot->out, chunk, (size_t)n);
}

/* report: path slot. Held open for writing too, so that it never ends, and a writer never waits for a reader. */
void do_report(const struct args *a, struct buf *reply) {
  const char *path = text(a, 1);
  if (mkfifo(path, 0666) || chmod(path, 0666)) return answer_error(reply, "mkfifo", errno);
  int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return answer_error(reply, "open", errno);
  if (!watch(fd, on_report, slot_use(number(a, 2)))) return answer_error(reply, "watch", EMFILE);
  answer_ok(reply);
}
