/* What a case may have changed of the sandbox itself: mounts, interfaces, devices, names. */
#ifndef CLEAN_STATE_H
#define CLEAN_STATE_H

#include "list.h"
#include <stdbool.h>

/* Each part reports what is new or changed, undoes what it can, and returns whether the sandbox is then as it was. */
void state_baseline(void);
bool mounts_clean(struct list *list);
bool interfaces_clean(struct list *list);
bool devices_check(struct list *list);
/* Removes what was not in /dev; false when something there is not as it was. */
bool dev_clean(void);
bool names_check(void);

#endif
