#ifndef CLEAN_H
#define CLEAN_H

#include "c/buf.h"
#include "worker.h"

/* The names found in one part of a report, as fields of a message. */
struct list {
  struct buf fields;
  uint32_t count;
};
void list_add(struct list *list, const char *entry);

/* Whether the lines, each ended by a newline, hold this one. */
bool has_whole_line(const char *lines, const char *line);

/* clean_cgroups.c: groups below the sandbox's own in each hierarchy. */
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

/*
 * clean_state.c: mounts, interfaces, devices and names of the sandbox. Each part reports what is new or changed, undoes what
 * it can, and returns whether the sandbox is then as it was.
 */
void state_baseline(void);
bool mounts_clean(struct list *list);
bool interfaces_clean(struct list *list);
bool devices_check(struct list *list);
bool names_check(void);

#endif
