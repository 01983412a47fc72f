/* The container's process, from its beginning to its program. */
#ifndef INIT_H
#define INIT_H

#include "c/attributes.h"
#include "cgroup_members.h"
#include "container.h"
#include "process.h"

/* What it gets from the runtime. */
struct init {
  struct container *container;
  int socket;   /* to the runtime */
  int listener; /* where start connects to it */
  int console;  /* where the terminal is sent, or -1 */
  struct caller caller;
  struct cgroup_files cgroups; /* to join */
};

/* Is that process: builds the container, waits for start, and becomes the program. */
void init_main(struct init *init) NORETURN;

#endif
