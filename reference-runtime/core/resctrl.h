/* Classes of Intel's Resource Director Technology (config-linux.md, "IntelRdt"). */
#ifndef RESCTRL_H
#define RESCTRL_H

#include <sys/types.h>

#include "container.h"

/* Makes the directories and writes to them. What is the container's own is noted. */
void resctrl_make(const struct container *c);
/* Puts a process into them. */
void resctrl_join(const struct plan *plan, pid_t pid);

#endif
