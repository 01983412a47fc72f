/* Control groups: made, limited, and removed again. */
#ifndef CGROUP_H
#define CGROUP_H

#include "container.h"
#include "plan.h"

/* Makes the cgroups of the plan and writes their limits. What is made is noted in the container. */
void cgroups_make(const struct container *c, const struct plan *plan);
/* Removes a cgroup and all below it. 0, or -1 with errno of the first that stays. */
int cgroup_remove(const char *directory);

#endif
