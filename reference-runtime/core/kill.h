/* The operation kill (runtime.md, "Kill"). */
#ifndef KILL_H
#define KILL_H

#include "container.h"

/* Sends a signal to the container's process; dies if it does not run. */
void container_kill(const struct container *c, int signal);

#endif
