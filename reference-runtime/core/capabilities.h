/* Capabilities of a plan: granted as far as the kernel grants them, for the specification wants no error of what it refuses. */
#ifndef CAPABILITIES_H
#define CAPABILITIES_H

#include <stdbool.h>

#include "plan.h"

/* Warns of what is left out, from the runtime's own process; `own_users`: the container has a user namespace. */
void capabilities_warn(const struct plan *plan, bool own_users);
/* Drops from the bounding set what the plan does not have; while the process still may. */
void capabilities_drop_bounding(const struct plan *plan);
/* Sets all other sets. With `keep_admin` CAP_SYS_ADMIN stays until execve(2), for loading a filter. */
void capabilities_set(const struct plan *plan, bool keep_admin);
/* Whether the process is permitted a capability. */
bool capability_permitted(int number);

#endif
