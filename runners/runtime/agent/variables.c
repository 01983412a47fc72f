#include "variables.h"

#include <stdlib.h>
#include <string.h>

#include "c/buf.h"
#include "c/memory.h"

static struct variable {
  char *name, *value;
} *variables;
static size_t variable_count, variable_cap;

void variable_set(const char *name, const char *value) {
  for (size_t i = 0; i < variable_count; i++) {
    if (strcmp(variables[i].name, name)) continue;
    free(variables[i].value);
    variables[i].value = xstrdup(value);
    return;
  }
  if (variable_count == variable_cap) {
    variable_cap = variable_cap ? variable_cap * 2 : 32;
    variables = xrealloc(variables, variable_cap * sizeof *variables);
  }
  variables[variable_count].name = xstrdup(name);
  variables[variable_count++].value = xstrdup(value);
}

void variables_forget(void) {
  while (variable_count > 0) {
    variable_count--;
    free(variables[variable_count].name);
    free(variables[variable_count].value);
  }
}

bool variables_expand(char **field, uint32_t *len) {
  if (strlen(*field) != *len || !strstr(*field, "@{")) return true;
  struct buf out = {0};
  const char *at = *field;
  for (const char *open; (open = strstr(at, "@{"));) {
    const char *close = strchr(open, '}');
    if (!close) break;
    buf_add(&out, at, (size_t)(open - at));
    const char *value = NULL;
    for (size_t i = 0; i < variable_count; i++) {
      size_t n = (size_t)(close - open - 2);
      if (strlen(variables[i].name) == n && !memcmp(variables[i].name, open + 2, n)) value = variables[i].value;
    }
    if (!value) {
      buf_free(&out);
      return false;
    }
    buf_str(&out, value);
    at = close + 1;
  }
  buf_str(&out, at);
  free(*field);
  *len = (uint32_t)out.len;
  *field = buf_take(&out);
  return true;
}
