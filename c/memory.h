/* Memory that is always there: a program that cannot have it ends. */
#ifndef C_MEMORY_H
#define C_MEMORY_H

#include <stddef.h>

#include "attributes.h"

/* Each program's own: says that memory is exhausted, and ends. */
void out_of_memory(void) NORETURN;

/* malloc(3), realloc(3) and strdup(3), of which the caller frees the result. */
void *xmalloc(size_t size);
/* Zeroed memory for so many elements. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

/* Frees the variable when its scope ends. */
#define AUTO_FREE __attribute__((cleanup(free_variable)))
void free_variable(void *variable);

#endif
