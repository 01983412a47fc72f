#ifndef MOUNTS_H
#define MOUNTS_H

#include "plan.h"

/* Makes all mounts of the plan, in its order, inside the root. */
void mounts_make(const struct plan *plan, int root);
/* Attaches a mount that is not attached yet to an open file or directory. 0, or -1 with errno. */
int mount_attach(int tree, int target);

#endif
