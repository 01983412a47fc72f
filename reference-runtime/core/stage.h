#ifndef STAGE_H
#define STAGE_H

#include "create.h"

/* Carries out the namespaces of a plan and runs `child` in them, with the root's directory as working directory. `cgroup` may be -1. */
void stage_run(const struct plan *plan, int socket, int cgroup, void (*child)(void *), void *argument) NORETURN;

#endif
