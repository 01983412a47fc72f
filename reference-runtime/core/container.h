/*
 * A container's directory below the root: the plan, a record of its process, what was made for it, and the socket that starts it. The
 * directory's existence makes the id taken; its lock serializes operations. Nothing in it says "running": that is read off the process.
 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <stdbool.h>
#include <sys/types.h>

#include "plan.h"

struct container {
  const char *id;
  int dir;    /* the container's directory, locked unless opened for looking only */
  char *path; /* of the directory */
  pid_t pid;  /* of its process; 0 if there has been none */
  unsigned long long start_time;
  bool created; /* create got to its end */
  bool busy;    /* another operation holds the lock */
  struct plan plan;
};

/* Whether text can be an id: letters, digits, `_+-.`, not `.` and not `..`. */
bool id_is_valid(const char *id);
/* Makes the directory of a new container and locks it. Dies if the id is taken. */
void container_make(struct container *c, const char *root, const char *id);
/* Opens an existing one; with `lock` waits for other operations to end. Returns false if there is none. */
bool container_open(struct container *c, const char *root, const char *id, bool lock);
/* The same, but dies if there is none. */
void container_need(struct container *c, const char *root, const char *id, bool lock);

/* Keeps a plan's text, and reads it again; without one the plan is empty. A fault that it asks for is seeded. */
void container_save_plan(const struct container *c, const char *text, size_t length);
void container_load_plan(struct container *c);
/* Records the container's process: while it is being created, and when it is. */
void container_record(struct container *c, pid_t pid, bool created);

/* What has to be undone when the container is deleted. */
#define MADE_CGROUP "cgroup"
#define MADE_RESCTRL "resctrl"
#define MADE_ROOT "root"
/* Notes that something of a kind is about to be made at a path. */
void container_note(const struct container *c, const char *kind, const char *path);
/* Calls for each noted thing, last first. */
void container_noted(const struct container *c, void (*undo)(const struct container *c, const char *kind, const char *path));

/* Removes the directory. */
void container_forget(const struct container *c);

#endif
