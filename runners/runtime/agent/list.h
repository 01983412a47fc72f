/* Lists of names. */
#ifndef LIST_H
#define LIST_H

#include "c/buf.h"
#include <stdbool.h>
#include <stdint.h>

/* The names found in one part of a report, as fields of a message. */
struct list {
  struct buf fields;
  uint32_t count;
};
void list_add(struct list *list, const char *entry);

/* Whether the lines, each ended by a newline, hold this one. */
bool has_whole_line(const char *lines, const char *line);

#endif
