#ifndef RUN_H
#define RUN_H

#include <stdbool.h>

#include "create.h"

/* Creates and starts a container. Unless it is detached, waits for its end, deletes it, and returns its exit code. */
int container_run(const struct create_options *options, bool detach);

#endif
