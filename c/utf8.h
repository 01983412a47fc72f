/* UTF-8, decoded as the Encoding Standard says. */
#ifndef C_UTF8_H
#define C_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* How many of the bytes (there is one at least) belong together; `whole` tells whether they are a character or only begin one. */
size_t utf8_sequence(const char *bytes, size_t left, bool *whole);
bool utf8_valid(const char *bytes, size_t length);
/* Appends the bytes with U+FFFD in the place of each sequence that is no whole character. */
void utf8_replace(struct buf *out, const char *bytes, size_t length);

#endif
