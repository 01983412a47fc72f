/* Control groups: made, limited, entered, and removed again. */
#ifndef CGROUP_H
#define CGROUP_H

#include "state.h"

/* Makes the cgroups of the plan and writes their limits. What is made is noted in the container. */
void cgroups_make(const struct container *c, const struct plan *plan);
/* Moves a process into the v2 cgroup, and with `v1` into the others too. */
void cgroups_enter(const struct plan *plan, pid_t pid, bool v1);
/*
 * How a new process gets into the v1 cgroups: they are opened for it, with the runtime's rights, and it joins them itself. A process of a
 * single thread that moves itself spares the kernel the lock against all forks, which takes 10 to 15 ms to get.
 */
void cgroups_open(const struct plan *plan);
void cgroups_join(const struct plan *plan);
/* The v2 cgroup's directory for CLONE_INTO_CGROUP, or -1. */
int cgroup_v2_fd(const struct plan *plan);
/* Sends a signal to every process in the container's cgroups. */
void cgroups_signal(const struct plan *plan, int signal);
/* Kills what is left in the container's own cgroups, and waits for its end. */
void cgroups_kill(const struct plan *plan);
/* All processes of the container: of its cgroups, or those in its PID namespace. To be freed. */
pid_t *container_processes(const struct container *c, size_t *count);
/* Removes a cgroup and all below it. */
void cgroup_remove(const char *directory);

#endif
