#ifndef PROBE_H
#define PROBE_H

#include <sys/stat.h>

#include "c/buf.h"
#include "json.h"

/* The parts of the probe's report; each adds its keys to the open object. */
void probe_fds(struct buf *b); /* must come first: before anything is opened */
void probe_identity(struct buf *b);
void probe_limits(struct buf *b);
void probe_terminal(struct buf *b);
void probe_surroundings(struct buf *b);
void probe_paths(struct buf *b);

/* attempts.c: carries out /.oci/attempts. */
void probe_attempts(struct buf *b);

void json_stat(struct buf *b, const struct stat *st);
/* The links of /proc/self/ns; where they can't be seen: null, or an empty object. */
void json_namespaces(struct buf *b, bool null_if_hidden);
void json_strings(struct buf *b, const char *key, char *const *list);
/* The working directory; where it can't be told, this text or null. */
void json_cwd(struct buf *b, const char *otherwise);

#define ATTEMPTS_FILE "/.oci/attempts"
/* Set for programs that an attempt executes: a copy of the agent must not carry the attempts out again. */
#define NESTED "OCI_CONFORM_NESTED"
#define INSIDE_AGENT "/.oci/agent"

#endif
