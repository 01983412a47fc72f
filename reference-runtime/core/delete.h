/* The end of containers (runtime.md, "Delete"). */
#ifndef DELETE_H
#define DELETE_H

#include "container.h"

/* Kills the container's process and waits for its end. */
void container_kill_and_wait(const struct container *c);
/* Ends what is left of a container, undoes what create made, and runs the poststop hooks. */
void container_destroy(const struct container *c);
/* From now on whatever ends this process with an error destroys the container first. */
void container_dies_with_us(struct container *c);

#endif
