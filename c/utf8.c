#include "utf8.h"

size_t utf8_sequence(const char *bytes, size_t left, bool *whole) {
  const unsigned char *s = (const unsigned char *)bytes;
  *whole = s[0] < 0x80;
  size_t need = s[0] < 0xc2 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 1;
  if (need == 1) return 1;
  /* No overlong forms, no halves of surrogate pairs, nothing above U+10FFFF. */
  unsigned char low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
  unsigned char high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;
  size_t length = 1;
  while (length < need && length < left && s[length] >= low && s[length] <= high) {
    length++;
    low = 0x80;
    high = 0xbf;
  }
  *whole = length == need;
  return length;
}

bool utf8_valid(const char *bytes, size_t length) {
  bool whole = true;
  for (size_t at = 0; at < length && whole;) at += utf8_sequence(bytes + at, length - at, &whole);
  return whole;
}

void utf8_replace(struct buf *out, const char *bytes, size_t length) {
  for (size_t at = 0; at < length;) {
    bool whole;
    size_t size = utf8_sequence(bytes + at, length - at, &whole);
    buf_add(out, whole ? bytes + at : "\xef\xbf\xbd", whole ? size : 3);
    at += size;
  }
}
