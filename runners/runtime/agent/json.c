#include "json.h"

#include <string.h>

/* A comma goes before every value or key that follows another one. */
static void separate(struct buf *b) {
  if (!b->len) return;
  char last = b->data[b->len - 1];
  if (last != '{' && last != '[' && last != ':' && last != ' ') buf_str(b, ",");
}

void json_open(struct buf *b, char bracket) {
  separate(b);
  buf_add(b, &bracket, 1);
}

void json_close(struct buf *b, char bracket) { buf_add(b, &bracket, 1); }

void json_key(struct buf *b, const char *key) {
  separate(b);
  buf_json(b, key, strlen(key));
  buf_str(b, ":");
}

void json_strn(struct buf *b, const char *text, size_t len) {
  separate(b);
  buf_json(b, text, len);
}

void json_str(struct buf *b, const char *text) {
  if (text) json_strn(b, text, strlen(text));
  else json_null(b);
}

void json_num(struct buf *b, long long number) {
  separate(b);
  buf_fmt(b, "%lld", number);
}

void json_u64str(struct buf *b, unsigned long long number) {
  separate(b);
  buf_fmt(b, "\"%llu\"", number);
}

void json_bool(struct buf *b, bool value) {
  separate(b);
  buf_str(b, value ? "true" : "false");
}

void json_null(struct buf *b) {
  separate(b);
  buf_str(b, "null");
}
