/*
 * The process between the runtime and init: it enters and makes the namespaces that its child is to be made in, then ends. The child is
 * the runtime's own (CLONE_PARENT).
 */
#ifndef STAGE_H
#define STAGE_H

#include "c/attributes.h"
#include "plan.h"

struct stage {
  const struct plan *plan;
  int socket; /* to the runtime */
  int cgroup; /* of v2, that the child is made in, or -1 */
  void (*child)(void *argument);
  void *argument;
};

/* Is the stage: runs the child in the namespaces of the plan, with the root's directory as working directory. */
void stage_main(const struct stage *stage) NORETURN;
/* Makes a child of the runtime's that runs `child`, tells the runtime its pid, and ends. */
void stage_spawn(const struct stage *stage, unsigned long flags) NORETURN;

#endif
