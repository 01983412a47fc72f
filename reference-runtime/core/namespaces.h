/* Namespaces by their types: mnt, uts, ipc, net, pid, user, cgroup and time, as in /proc/PID/ns. */
#ifndef NAMESPACES_H
#define NAMESPACES_H

#include "plan.h"

/* clone(2)'s flag for a type. */
unsigned long namespace_flag(const char *type);
/* Enters the namespaces that the plan joins, in an order that the rights allow. */
void namespaces_join(const struct plan *plan);
/* Takes the ids 0 of a user namespace just entered, if they are mapped. */
void namespaces_become_root(void);

#endif
