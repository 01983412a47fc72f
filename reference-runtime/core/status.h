/* The state of a container (runtime.md, "State"). */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <sys/types.h>

#include "container.h"

enum status { CREATING, CREATED, RUNNING, PAUSED, STOPPED };

/* What is seen of the container now. */
enum status container_status(const struct container *c);
/* As it is in the state: `created`. */
const char *status_name(enum status status);
/* Whether its freezer says that it is frozen. */
bool container_frozen(const struct container *c);
/* The state as JSON, ended by a line feed; pid 0 is left out. To be freed. */
char *state_json(const struct container *c, enum status status, pid_t pid);

#endif
