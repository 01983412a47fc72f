#include "memory.h"

#include <stdlib.h>
#include <string.h>

void *xrealloc(void *old, size_t size) {
  void *memory = realloc(old, size ? size : 1);
  if (!memory) out_of_memory();
  return memory;
}

void *xmalloc(size_t size) { return xrealloc(NULL, size); }

void *xcalloc(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size ? size : 1);
  if (!memory) out_of_memory();
  return memory;
}

char *xstrdup(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(xmalloc(size), text, size);
}

void free_variable(void *variable) { free(*(void **)variable); }
