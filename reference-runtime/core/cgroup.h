/* Control groups: made and limited. */
#ifndef CGROUP_H
#define CGROUP_H

#include "container.h"
#include "plan.h"

/* Makes the cgroups of the plan and writes their limits. What is made is noted in the container. */
void cgroups_make(const struct container *c, const struct plan *plan);

#endif
