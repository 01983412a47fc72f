/* Mounts that are opened before the container's file system is there: sources of bind mounts, and file systems with mapped ids. */
#ifndef MOUNTS_OPEN_H
#define MOUNTS_OPEN_H

#include "plan.h"

/* Opens them, once: each step has its mount then. In the runtime's namespaces, as far as the runtime may. */
void mounts_open(struct plan *plan);

#endif
