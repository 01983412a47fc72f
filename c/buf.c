#include "buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "utf8.h"

/* Makes room for so many bytes more and the zero after them. */
static void reserve(struct buf *b, size_t more) {
  if (b->cap - b->len > more) return;
  size_t cap = b->cap ? b->cap * 2 : 256;
  while (cap - b->len <= more) cap *= 2;
  b->data = xrealloc(b->data, cap);
  b->cap = cap;
}

void buf_add(struct buf *b, const void *data, size_t len) {
  reserve(b, len);
  if (len) memcpy(b->data + b->len, data, len);
  b->len += len;
  b->data[b->len] = 0;
}

void buf_str(struct buf *b, const char *text) { buf_add(b, text, strlen(text)); }

void buf_vfmt(struct buf *b, const char *format, va_list list) {
  va_list again;
  va_copy(again, list);
  char nothing[1];
  int need = vsnprintf(nothing, 0, format, list);
  if (need < 0) need = 0;
  reserve(b, (size_t)need);
  vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
  b->len += (size_t)need;
  va_end(again);
}

void buf_fmt(struct buf *b, const char *format, ...) {
  va_list list;
  va_start(list, format);
  buf_vfmt(b, format, list);
  va_end(list);
}

void buf_json(struct buf *b, const char *text, size_t len) {
  buf_str(b, "\"");
  for (size_t i = 0; i < len;) {
    unsigned char c = (unsigned char)text[i];
    bool whole;
    size_t n = utf8_sequence(text + i, len - i, &whole);
    if (!whole) buf_str(b, "\\ufffd");
    else if (c == '"' || c == '\\') buf_fmt(b, "\\%c", c);
    else if (c < 0x20 || c == 0x7f) buf_fmt(b, "\\u%04x", c);
    else buf_add(b, text + i, n);
    i += whole ? n : 1;
  }
  buf_str(b, "\"");
}

char *buf_take(struct buf *b) {
  if (!b->data) buf_add(b, "", 0);
  char *data = b->data;
  *b = (struct buf){0};
  return data;
}

void buf_free(struct buf *b) {
  free(b->data);
  *b = (struct buf){0};
}

char *format(const char *format, ...) {
  struct buf b = {0};
  va_list list;
  va_start(list, format);
  buf_vfmt(&b, format, list);
  va_end(list);
  return buf_take(&b);
}
