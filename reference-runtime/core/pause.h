#ifndef PAUSE_H
#define PAUSE_H

#include <stdbool.h>

#include "container.h"

/* Freezes a running container, or thaws a paused one; dies if it is not that. */
void container_freeze(const struct container *c, bool freeze);

#endif
