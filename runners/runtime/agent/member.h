#ifndef MEMBER_H
#define MEMBER_H

#include <stdbool.h>
#include <stdint.h>

/* The positive integer that a member of a JSON object has; 0 when the object has none such. */
int64_t member_number(const char *json, const char *name);

#endif
