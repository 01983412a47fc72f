#include "reply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

void answer_ok(struct buf *reply) {
  message_begin(reply, 1);
  field_str(reply, "ok");
}

void answer_error(struct buf *reply, const char *step, int error) {
  message_begin(reply, 3);
  field_str(reply, "error");
  field_str(reply, errno_name(error));
  field_str(reply, step);
}

int64_t number(const struct args *a, uint32_t at) { return strtoll(a->text[at], NULL, 10); }

const char *text(const struct args *a, uint32_t at) { return a->text[at]; }

void answer_done(struct buf *reply, int failed, const char *step) {
  if (failed) answer_error(reply, step, errno);
  else answer_ok(reply);
}

void answer_bytes(struct buf *reply, const void *data, size_t len) {
  message_begin(reply, 2);
  field_str(reply, "bytes");
  field_bytes(reply, data, len);
}
