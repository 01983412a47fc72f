/* Processes in control groups: how they get there, which they are, and how they end. */
#ifndef CGROUP_MEMBERS_H
#define CGROUP_MEMBERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "container.h"
#include "plan.h"

/* Moves a process into the v2 cgroup. */
void cgroups_enter_v2(const struct plan *plan, pid_t pid);
/* Moves a process into all of the plan's cgroups. */
void cgroups_enter(const struct plan *plan, pid_t pid);

enum { MAX_HIERARCHIES = 32 };
/* Files of the v1 cgroups, in the order of the plan. */
struct cgroup_files {
  int fds[MAX_HIERARCHIES];
};
/*
 * How a new process gets into the v1 cgroups: they are opened for it, with the runtime's rights, and it joins them itself. A process of a
 * single thread that moves itself spares the kernel the lock against all forks, which takes 10 to 15 ms to get.
 */
void cgroups_open(const struct plan *plan, struct cgroup_files *files);
void cgroups_join(const struct plan *plan, const struct cgroup_files *files);
/* The v2 cgroup's directory for CLONE_INTO_CGROUP, or -1. */
int cgroup_v2_fd(const struct plan *plan);

/* All processes of the container: of its cgroups, or those in its PID namespace. To be freed. */
pid_t *container_processes(const struct container *c, size_t *count);
/* Sends a signal to every process in the container's cgroups. */
void cgroups_signal(const struct plan *plan, int signal);
/* Kills what is left in the container's own cgroups, and waits for its end. */
void cgroups_kill(const struct plan *plan);

#endif
