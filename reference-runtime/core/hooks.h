/* The hooks of a plan, by kind (config.md, "POSIX-platform Hooks"). */
#ifndef HOOKS_H
#define HOOKS_H

#include "plan.h"

/* Runs those of a kind in their order, each with the state on its standard input. Returns NULL, or what the first failure was. */
char *hooks_run(const struct plan *plan, const char *kind, const char *state);
/* Runs all of them whatever happens; failures are warnings. */
void hooks_run_all(const struct plan *plan, const char *kind, const char *state);

#endif
