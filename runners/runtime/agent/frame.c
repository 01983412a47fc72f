#include "frame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "c/file.h"
#include "c/memory.h"

static int take_u32(const char **at, const char *end, uint32_t *value) {
  if (end - *at < 4) return -1;
  memcpy(value, *at, 4);
  *at += 4;
  return 0;
}

static int parse(const char *at, const char *end, struct message **out, uint32_t *count) {
  struct message *list = NULL;
  uint32_t n = 0, cap = 0;
  while (at < end) {
    uint32_t fields;
    if (take_u32(&at, end, &fields) || fields == 0 || fields > (uint32_t)(end - at)) return -1;
    if (n == cap) {
      cap = cap ? cap * 2 : 64;
      struct message *grown = xcalloc(cap, sizeof *grown);
      if (n) memcpy(grown, list, n * sizeof *grown);
      free(list);
      list = grown;
    }
    struct message *m = &list[n++];
    m->count = fields;
    m->fields = xcalloc(fields, sizeof *m->fields);
    m->lengths = xcalloc(fields, sizeof *m->lengths);
    for (uint32_t i = 0; i < fields; i++) {
      uint32_t len;
      if (take_u32(&at, end, &len) || len > (size_t)(end - at)) return -1;
      m->fields[i] = xcalloc(1, (size_t)len + 1);
      memcpy(m->fields[i], at, len);
      m->lengths[i] = len;
      at += len;
    }
  }
  *out = list;
  *count = n;
  return 1;
}

enum { LONGEST = 256 << 20 };

int frame_read(int fd, struct message **messages, uint32_t *count) {
  uint32_t len;
  int got = read_exactly(fd, &len, sizeof len);
  if (got <= 0) return got;
  if (len > LONGEST) return -1;
  AUTO_FREE char *payload = xcalloc(1, (size_t)len + 1);
  if (len && read_exactly(fd, payload, len) <= 0) return -1;
  return parse(payload, payload + len, messages, count);
}

void messages_free(struct message *messages, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t j = 0; j < messages[i].count; j++) free(messages[i].fields[j]);
    free(messages[i].fields);
    free(messages[i].lengths);
  }
  free(messages);
}

static void add_u32(struct buf *payload, uint32_t value) { buf_add(payload, &value, sizeof value); }

void message_begin(struct buf *payload, uint32_t fields) { add_u32(payload, fields); }

void field_bytes(struct buf *payload, const void *data, size_t len) {
  add_u32(payload, (uint32_t)len);
  buf_add(payload, data, len);
}

void field_str(struct buf *payload, const char *text) { field_bytes(payload, text, strlen(text)); }

void field_num(struct buf *payload, int64_t number) {
  struct buf text = {0};
  buf_fmt(&text, "%" PRId64, number);
  field_bytes(payload, text.data, text.len);
  buf_free(&text);
}

int frame_write(int fd, const struct buf *payload) {
  uint32_t len = (uint32_t)payload->len;
  struct iovec parts[] = {{&len, sizeof len}, {payload->data, payload->len}};
  ssize_t written;
  /* In one call, so that the reader wakes up once. */
  do written = writev(fd, parts, 2);
  while (written < 0 && errno == EINTR);
  if (written < (ssize_t)sizeof len) return -1;
  size_t done = (size_t)written - sizeof len;
  return write_all(fd, payload->data + done, payload->len - done);
}
