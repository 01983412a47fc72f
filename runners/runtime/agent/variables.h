/* What a batch remembers by name: PIDs, directories of cgroups. */
#ifndef VARIABLES_H
#define VARIABLES_H

#include <stdbool.h>
#include <stdint.h>

void variable_set(const char *name, const char *value);
/* Puts the variables into a field; false when one is not set. Fields with NUL bytes or without `@{` stay as they are. */
bool variables_expand(char **field, uint32_t *len);
/* At the beginning of a batch. */
void variables_forget(void);

#endif
