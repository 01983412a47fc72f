/* How the runtime makes the container's process, and what it does for it from outside. */
#ifndef SPAWN_INIT_H
#define SPAWN_INIT_H

#include "init.h"

/* What the runtime says when init is gone and left no message. */
extern const char INIT_ENDED[];

/* The processes that there are, for whoever has to end them; 0 for none. */
struct spawned {
  pid_t stage, init;
};

/* Starts the stage, and by it init, which waits for the word to go on. Returns the socket to init, whose own end it gets. */
int spawn_init(struct init *init, struct spawned *spawned);
/* Gives init what a process cannot take itself: cgroups, OOM score, resctrl classes, network interfaces. */
void init_provide(const struct init *init, pid_t pid);

#endif
