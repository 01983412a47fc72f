/* The container's root file system. */
#ifndef ROOTFS_H
#define ROOTFS_H

#include "plan.h"

/* In the container's namespaces, with the root's directory as working directory: everything up to the hooks. Returns the root. */
int rootfs_build(const struct plan *plan);
/* Makes the root the process's own. */
void rootfs_enter(const struct plan *plan, int root);

#endif
