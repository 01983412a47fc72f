#ifndef MOUNTS_H
#define MOUNTS_H

#include "rootfs.h"

/* The mount that was opened for a step in the runtime's namespaces, or -1. */
int mounts_prepared(const struct step *s);
/* The host's node for a device that cannot be made, opened now unless it was before; -1 where the host has another or none. */
int mounts_host_device(const struct step *s);
/* Makes all mounts of the plan, in its order. */
void mounts_make(const struct plan *plan, int root);

#endif
