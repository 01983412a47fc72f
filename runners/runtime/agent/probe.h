#ifndef PROBE_H
#define PROBE_H

#include <sys/stat.h>

#include "json.h"

/* The parts of the probe's report; each adds its keys to the open object. */
void probe_identity(struct buf *b);  /* probe_identity.c: ids, capabilities, seccomp mode, labels */
void probe_limits(struct buf *b);    /* probe_limits.c: rlimits, scheduler, affinity, memory policy, … */
void probe_surroundings(struct buf *b); /* probe_surroundings.c: namespaces, maps, mounts, cgroup, paths */
void probe_fds(struct buf *b);       /* must come first: before anything is opened */
void probe_terminal(struct buf *b);

/* attempts.c: carries out /.oci/attempts. */
void probe_attempts(struct buf *b);

void json_stat(struct buf *b, const struct stat *st);
void json_namespaces(struct buf *b);

#define ATTEMPTS_FILE "/.oci/attempts"
#define INSIDE_AGENT "/.oci/agent"

#endif
