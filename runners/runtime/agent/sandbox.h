/* What a sandbox is, and how its making fails. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "c/buf.h"

enum cgroup_view { VIEW_HOST, VIEW_V1, VIEW_V2, VIEW_NONE };

struct hierarchy {
  char *mount;   /* where the host has it */
  char *options; /* v1: controllers, as mount options; v2: NULL */
  char *dir;     /* the harness's own cgroup */
  int lock;      /* held on that as long as it is used */
};

enum { MAX_HIERARCHIES = 24 };

struct sandbox {
  enum cgroup_view view;
  const char *name; /* of the harness's cgroup in each hierarchy */
  char *exposed[8]; /* files or directories that the fresh /run would hide */
  int exposed_fds[8];
  int exposed_count;
  struct hierarchy hierarchies[MAX_HIERARCHIES]; /* of the host */
  int hierarchy_count;
  bool rootless; /* in a user namespace of its own */
  bool renewed;  /* it takes the place of a damaged one */
};

/* Ends the process with the one line that says which step failed; where it was for want of a right, with what to do. */
__attribute__((noreturn)) void sandbox_fail(const char *step);

/* The same, with what the user may do about it. */
__attribute__((noreturn)) void sandbox_refused(const char *step, const char *advice);

#endif
