/* What the container's process is: its limits, its rights, its program. */
#ifndef PROCESS_H
#define PROCESS_H

#include "plan.h"

/* Warns of what is left out of the plan's capabilities, from the runtime's own process; `own_users`: the container has a user namespace. */
void process_warn(const struct plan *plan, bool own_users);
/* Attributes that can be set before the program is started: those that cannot be applied are found here. */
void process_prepare(const struct plan *plan);
/* Dies if the program is not there. */
void process_find(const struct plan *plan);
/* All the rest, then the program. `umask` is what the caller had; descriptors from `first_closed` on do not reach the program. */
void process_become(const struct plan *plan, mode_t umask, unsigned first_closed, int listener_socket) NORETURN;
/* Sets the OOM score of another process. */
void process_score(const struct plan *plan, pid_t pid);

/* Loads the filter. With a listener its descriptor is sent over the socket, without any system call of this process after the load. */
void seccomp_load(const struct step *s, int listener_socket);

#endif
