#ifndef JSON_H
#define JSON_H

#include <stdbool.h>

#include "c/buf.h"

/* Writes JSON into a buffer: commas are its own business, and any bytes give valid JSON (what is not UTF-8 becomes U+FFFD). */
void json_open(struct buf *b, char bracket);  /* { or [ */
void json_close(struct buf *b, char bracket); /* } or ] */
void json_key(struct buf *b, const char *key);
void json_str(struct buf *b, const char *text);
void json_strn(struct buf *b, const char *text, size_t len);
void json_num(struct buf *b, long long number);
/* A 64-bit number as a string of decimal digits. */
void json_u64str(struct buf *b, unsigned long long number);
void json_bool(struct buf *b, bool value);
void json_null(struct buf *b);

#endif
