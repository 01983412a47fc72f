#include "list.h"

#include <string.h>

#include "frame.h"

void list_add(struct list *list, const char *entry) {
  field_str(&list->fields, entry);
  list->count++;
}

bool has_whole_line(const char *lines, const char *line) {
  size_t n = strlen(line);
  for (const char *at = lines; (at = strstr(at, line)); at += n)
    if ((at == lines || at[-1] == '\n') && at[n] == '\n') return true;
  return false;
}
