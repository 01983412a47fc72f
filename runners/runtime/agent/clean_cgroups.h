/* Cgroups that a case made below the sandbox's own, in each hierarchy of its view. */
#ifndef CLEAN_CGROUPS_H
#define CLEAN_CGROUPS_H

#include "list.h"
#include <stdbool.h>

void cgroups_baseline(void);
/*
 * Moving a process into a cgroup takes a lock of the kernel's that falls asleep after some 15 ms: who then takes it first waits 10 ms and more.
 * Called every few milliseconds, this keeps it awake, so that runtimes need not wait.
 */
enum { TOUCH_EVERY_MS = 5 };
void cgroups_touch(void);
/* Reports the new ones but for fixtures; true when there are any, fixtures included. */
bool cgroups_report(struct list *list);
void cgroups_thaw(void);
/* Removes the new ones; false when one stays. */
bool cgroups_clear(void);

#endif
