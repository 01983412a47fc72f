/* The program of a plan: process.args with process.env. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "c/attributes.h"
#include "plan.h"

struct program {
  char **args, **env;
};

/* Takes it from the plan. Dies if there is none. */
struct program program_of(const struct plan *plan);
/* Becomes it, like execvp(3) with the PATH of its environment. Dies if that fails. */
void program_execute(const struct program *program) NORETURN;
/* Dies if the plan's program is not there. */
void program_find(const struct plan *plan);

#endif
