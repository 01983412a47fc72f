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

/* The length of a valid UTF-8 sequence of more than one byte, or 0. */
static size_t sequence(const unsigned char *s, size_t left) {
  size_t n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
  if (!n || n > left) return 0;
  for (size_t i = 1; i < n; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if (s[0] == 0xe0 && s[1] < 0xa0) return 0;
  if (s[0] == 0xed && s[1] > 0x9f) return 0;
  if (s[0] == 0xf0 && s[1] < 0x90) return 0;
  if (s[0] == 0xf4 && s[1] > 0x8f) return 0;
  return n;
}

static void quoted(struct buf *b, const char *text, size_t len) {
  buf_str(b, "\"");
  for (size_t i = 0; i < len;) {
    unsigned char c = (unsigned char)text[i];
    size_t n = c < 0x80 ? 1 : sequence((const unsigned char *)text + i, len - i);
    if (!n) {
      buf_str(b, "\\ufffd");
      i++;
      continue;
    }
    if (c == '"' || c == '\\') buf_fmt(b, "\\%c", c);
    else if (c < 0x20 || c == 0x7f) buf_fmt(b, "\\u%04x", c);
    else buf_add(b, text + i, n);
    i += n;
  }
  buf_str(b, "\"");
}

void json_key(struct buf *b, const char *key) {
  separate(b);
  quoted(b, key, strlen(key));
  buf_str(b, ":");
}

void json_strn(struct buf *b, const char *text, size_t len) {
  separate(b);
  quoted(b, text, len);
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
