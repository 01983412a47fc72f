/* A plan as text: a line a step, the verb, its arguments, and after `@` the property of config.json that it comes from. */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verbs.h"

struct step {
  enum verb verb;
  const char *from;           /* the property */
  const char *text[MAX_ARGS]; /* the arguments, decoded; numbers as well */
  int64_t number[MAX_ARGS];   /* those that are numbers */
  int mount;                  /* the mount that was opened for it beforehand, or -1 */
};

struct plan {
  char *text; /* the steps' strings live here */
  struct step *steps;
  size_t count;
  bool mounts_opened;
};

/* Parses a plan's text, which it takes over. Returns NULL, or what is wrong with it (to be freed); the plan is then empty. */
char *plan_parse(struct plan *plan, char *text, size_t length);
/* Frees it, and makes it empty. */
void plan_free(struct plan *plan);
/* The first step with that verb, or NULL. */
const struct step *plan_find(const struct plan *plan, enum verb verb);
/* The first whose first argument is that text. */
const struct step *plan_find_named(const struct plan *plan, enum verb verb, const char *first);
/* The step that follows, if it has that verb; NULL otherwise. */
struct step *plan_next(const struct plan *plan, const struct step *s, enum verb verb);
/* Whether the container has a namespace of that type that is not the runtime's: its own, or one that it joins. */
bool plan_has_namespace(const struct plan *plan, const char *type);

/* Walks over all steps with a verb. */
#define EACH(plan, id, s) \
  for (struct step *s = (plan)->steps; s < (plan)->steps + (plan)->count; s++) \
    if (s->verb == V_##id)

/* The bytes that hexadecimal text stands for, to be freed; the parser has seen that it is that. */
void *unhex(const char *hex, size_t *length);

#endif
