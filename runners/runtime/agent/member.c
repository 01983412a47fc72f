/* Looks a number up in JSON that a target printed. The rest of it is for others to read. */
#include "member.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* After the string that begins at the quote, or NULL when it does not end. */
static const char *after_string(const char *at) {
  for (at++; *at && *at != '"'; at++)
    if (*at == '\\' && !*++at) return NULL;
  return *at ? at + 1 : NULL;
}

static const char *skip_space(const char *at) {
  while (isspace((unsigned char)*at)) at++;
  return at;
}

int64_t member_number(const char *json, const char *name) {
  size_t len = strlen(name);
  int depth = 0;
  for (const char *at = json; at && *at;) {
    if (*at != '"') {
      depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
      at++;
      continue;
    }
    const char *end = after_string(at);
    if (!end) return 0;
    const char *value = skip_space(end);
    bool named = depth == 1 && *value == ':' && (size_t)(end - at) == len + 2 && !memcmp(at + 1, name, len);
    at = end;
    if (!named) continue;
    value = skip_space(value + 1);
    char *rest;
    errno = 0;
    long long number = strtoll(value, &rest, 10);
    return rest != value && !errno && !strchr(".eE", *rest ? *rest : ' ') && number > 0 ? number : 0;
  }
  return 0;
}
