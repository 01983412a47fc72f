#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

#include "plan.h"

/*
 * Opens a pseudoterminal of the container's, from its `dev` below the root: it becomes the standard streams and the controlling terminal,
 * it belongs to the plan's user, and its other side is sent over the socket. With `console` it is bound on `dev/console`.
 */
void terminal_open(const struct plan *plan, int root, bool console, int socket);

#endif
