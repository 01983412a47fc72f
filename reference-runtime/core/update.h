#ifndef UPDATE_H
#define UPDATE_H

#include "container.h"

/* Gives a container that runs the resources of a file (linux.resources, as JSON). */
void container_update(const struct container *c, const char *resources);

#endif
