#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>

#include "c/buf.h"

/*
 * Frames in both directions: u32 length, then the payload: a list of messages. A message is a u32 count of fields, then
 * the fields, each a u32 length and its bytes. All numbers are little-endian. The first field names the message; the
 * others follow in the order in which protocol.ts declares them; numbers are decimal text; a list is a last field each.
 */
struct message {
  uint32_t count;
  char **fields; /* NUL-terminated copies */
  uint32_t *lengths;
};

/* Reads one frame; 1, 0 at end of file, -1 when it is malformed. */
int frame_read(int fd, struct message **messages, uint32_t *count);
void messages_free(struct message *messages, uint32_t count);

/* Starts a message of so many fields in a frame's payload; then add exactly as many. */
void message_begin(struct buf *payload, uint32_t fields);
void field_bytes(struct buf *payload, const void *data, size_t len);
void field_str(struct buf *payload, const char *text);
void field_num(struct buf *payload, int64_t number);
int frame_write(int fd, const struct buf *payload);

#endif
