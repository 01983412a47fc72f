/* What the container's process is: its limits, its rights, its program. */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

#include "c/attributes.h"
#include "plan.h"

/* What a new process has of the one that asked for it. */
struct caller {
  mode_t umask;
  unsigned first_closed; /* descriptors from here on do not reach the program */
};
/* What this process would hand on, with so many descriptors besides the standard ones. */
struct caller caller_of(unsigned preserved);

/* Sets what can be set before the program is to start, so that what cannot be applied is found early. */
void process_prepare(const struct plan *plan);
/* Sets all the rest, then becomes the program. A seccomp filter's notifications are handed over by that socket. */
void process_become(const struct plan *plan, const struct caller *caller, int listener_socket) NORETURN;

#endif
