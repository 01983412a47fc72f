/* Attributes that a process is given before its program starts. */
#ifndef ATTRIBUTES_H
#define ATTRIBUTES_H

#include <sys/types.h>

#include "plan.h"

/* Sets the OOM score of another process. */
void attributes_score(const struct plan *plan, pid_t pid);
/* Sets those that this process keeps: scheduler, I/O priority, personality, memory policy, affinity. */
void attributes_set(const struct plan *plan);
/* Labels that the next execve(2) of this process takes on. */
void attributes_label(const struct plan *plan);
/* Sets the resource limits. */
void attributes_limit(const struct plan *plan);
/* Labels and limits hold only once the program starts; whether they can be set is tried in a child. Dies if not. */
void attributes_try(const struct plan *plan);

#endif
