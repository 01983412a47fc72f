/* An action on the cgroups of a process. */
#ifndef CGROUP_VARIABLES_H
#define CGROUP_VARIABLES_H

#include "reply.h"

void do_set_cgroups(const struct args *a, struct buf *reply);

#endif
