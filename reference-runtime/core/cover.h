#ifndef COVER_H
#define COVER_H

#include "plan.h"

/* Covers masked and read-only paths and makes the root read-only: what hooks must not find yet. */
void rootfs_cover(const struct plan *plan, int root);

#endif
