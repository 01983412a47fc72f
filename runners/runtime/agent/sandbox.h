#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "c/buf.h"

enum cgroup_view { VIEW_HOST, VIEW_V1, VIEW_V2, VIEW_NONE };

struct sandbox {
  enum cgroup_view view;
  const char *name; /* of the harness's cgroup in each hierarchy */
  char *exposed[8]; /* files or directories that the fresh /run would hide */
  int exposed_fds[8];
  int exposed_count;
  bool rootless; /* in a user namespace of its own */
  bool renewed;  /* it takes the place of a damaged one */
};

/* Ends the process with the one line that says which step failed; where it was for want of a right, with what to do. */
__attribute__((noreturn)) void sandbox_fail(const char *step);

/* The same, with what the user may do about it. */
__attribute__((noreturn)) void sandbox_refused(const char *step, const char *advice);

/* sandbox_mounts.c: the private view of the file system, made by PID 1 of the sandbox. */
void sandbox_mounts(struct sandbox *s);

/* sandbox_cgroup.c */
struct hierarchy {
  char *mount;   /* where the host has it */
  char *options; /* v1: controllers, as mount options; v2: NULL */
  char *dir;     /* the harness's own cgroup */
  int lock;      /* held on that as long as it is used */
};
int cgroups_make(struct sandbox *s);
/* Whether a group is named as the harness names its own. */
bool is_own_group(const char *name);
/* In a child: gives up its share of the locks. */
void cgroups_unlock(void);
void cgroups_enter(const struct sandbox *s);
/* Moves to the leaf below the own cgroup of the v2 hierarchy, and hands its controllers to the siblings. */
void cgroups_leaf(void);
void cgroups_mount(const struct sandbox *s);
void cgroups_remove(void);

/* sandbox_controllers.c: which controllers a v2 group hands to its children. */
void controllers_enable(const char *directory);
/* Enables what the host has not, and remembers that, so that it can be undone; not while other runs are under way. */
void controllers_lend(const char *mount);
/* Undoes that after the last run of ours, unless others have come to use it. */
void controllers_undo(const char *mount);

/* sandbox_user.c */
#define FEW_RIGHTS "run it as root of the machine, or in a container that may do this (podman run --privileged)"
/* Root of the machine, with all that the sandbox and what runs in it need; everybody else gets a user namespace. */
bool is_full_root(void);
/* Enters a new user namespace. */
void user_namespace(void);
/* Maps its ids, from outside: as many as the system lends. */
void map_ids(pid_t pid);

#endif
