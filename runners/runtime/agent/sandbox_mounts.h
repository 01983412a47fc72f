/* The private view of the file system, made by PID 1 of the sandbox. */
#ifndef SANDBOX_MOUNTS_H
#define SANDBOX_MOUNTS_H

#include "sandbox.h"

void sandbox_mounts(struct sandbox *s);

#endif
