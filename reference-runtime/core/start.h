/* The operation start (runtime.md, "Start"), and what exec has of it. */
#ifndef START_H
#define START_H

#include <sys/types.h>

#include "container.h"

/* Starts a created container; dies on failure. */
void container_start(struct container *c);
/* Listens to a process on its way to its program: returns when it runs it, dies of its errors, and serves its seccomp listener. */
void start_converse(struct container *c, int connection, pid_t pid);

#endif
