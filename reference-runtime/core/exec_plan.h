#ifndef EXEC_PLAN_H
#define EXEC_PLAN_H

#include "exec.h"

/* The plan of a process that exec runs in a container with that plan. Dies if there is none. */
struct plan exec_plan(const struct plan *container, const struct exec_options *options);

#endif
