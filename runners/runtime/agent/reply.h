/* What an action is given, and how it is answered. */
#ifndef REPLY_H
#define REPLY_H

#include "c/buf.h"
#include "frame.h"
#include <stdint.h>

/* The action's fields after variables were put in; an action reads them by position. */
struct args {
  uint32_t count;
  char **text;
  uint32_t *len;
};
int64_t number(const struct args *a, uint32_t at);
const char *text(const struct args *a, uint32_t at);

/* Answers. Every action writes exactly one. */
void answer_ok(struct buf *reply);
void answer_error(struct buf *reply, const char *step, int error);
/* By the errno of a step that failed, if it did. */
void answer_done(struct buf *reply, int failed, const char *step);
void answer_bytes(struct buf *reply, const void *data, size_t len);

#endif
