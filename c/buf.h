/* A growing buffer of bytes. */
#ifndef C_BUF_H
#define C_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "attributes.h"

/* Begins as {0}. */
struct buf {
  char *data; /* zero-terminated as soon as anything was added, be it nothing; NULL before */
  size_t len; /* without that zero */
  size_t cap;
};

/* Append bytes, a text, and what printf(3) would write. */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *text);
void buf_fmt(struct buf *b, const char *format, ...) PRINTF(2, 3);
void buf_vfmt(struct buf *b, const char *format, va_list list) PRINTF(2, 0);
/* Appends text as a JSON string with its quotes; each byte that is not UTF-8 becomes U+FFFD. */
void buf_json(struct buf *b, const char *text, size_t len);
/* Moves the content out, zero-terminated; the caller frees it. */
char *buf_take(struct buf *b);
/* Frees the content; the buffer is empty then. */
void buf_free(struct buf *b);
/* Frees the buffer when its scope ends. */
#define AUTO_BUF __attribute__((cleanup(buf_free)))

/* A text like printf(3)'s; the caller frees it. */
char *format(const char *format, ...) PRINTF(1, 2);

#endif
