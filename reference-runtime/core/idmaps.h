#ifndef IDMAPS_H
#define IDMAPS_H

#include <sys/types.h>

#include "plan.h"

/* Writes the id maps of the user namespace that the process has made. */
void idmaps_write(const struct plan *plan, pid_t pid);

#endif
