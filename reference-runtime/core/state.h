/*
 * A container's directory below the root: the plan, a record of its process, what was made for it, and the socket that starts it. The
 * directory's existence makes the id taken; its lock serializes operations. Nothing in it says "running": that is read off the process.
 */
#ifndef STATE_H
#define STATE_H

#include "plan.h"

enum status { CREATING, CREATED, RUNNING, PAUSED, STOPPED };

struct container {
  const char *id;
  int dir;    /* the container's directory, locked unless opened for looking only */
  char *path; /* of the directory */
  pid_t pid;  /* 0 if there has been none */
  unsigned long long start_time;
  bool created; /* create got to its end */
  bool busy;    /* another operation holds the lock */
  struct plan plan;
};

extern const char *state_root;

/* Whether text can be an id: letters, digits, `_+-.`, not `.` and not `..`. */
bool id_is_valid(const char *id);
/* Makes the directory of a new container and locks it. Dies if the id is taken. */
void container_make(struct container *c, const char *id);
/* Opens an existing one; with `lock` waits for other operations to end. Returns false if there is none. */
bool container_open(struct container *c, const char *id, bool lock);
/* The same, but dies if there is none. */
void container_need(struct container *c, const char *id, bool lock);
void container_load_plan(struct container *c);
void container_save_plan(struct container *c, const char *text, size_t length);
/* Records the container's process: while it is being created, and when it is. */
void container_record(struct container *c, pid_t pid, bool created);
/* Appends to what has to be undone when the container is deleted: `kind path`. */
void container_note(const struct container *c, const char *kind, const char *path);
/* Calls for each noted thing, last first. */
void container_noted(const struct container *c, void (*undo)(const struct container *c, const char *kind, const char *path));
enum status container_status(const struct container *c);
const char *status_name(enum status status);
/* The state as JSON, ended by a line feed; pid 0 is left out. */
char *state_json(const struct container *c, const struct plan *plan, enum status status, pid_t pid);
/* Removes the directory. */
void container_forget(struct container *c);
/* Connects to the waiting process of a created container: a socket, or -1 if it does not wait. */
int start_connect(const struct container *c);
/* The socket that the process waits on, made in the container's directory. */
int start_listen(const struct container *c);
/* Start time of a process in clock ticks, 0 if there is none or it is a zombie. */
unsigned long long process_start_time(pid_t pid);
bool container_frozen(const struct container *c);

#endif
