/* The sandbox's own cgroups. */
#ifndef SANDBOX_CGROUP_H
#define SANDBOX_CGROUP_H

#include <stdbool.h>

#include "sandbox.h"

int cgroups_make(struct sandbox *s);
/* Whether a group is named as the harness names its own. */
bool is_own_group(const char *name);
/* In a child: gives up its share of the locks. */
void cgroups_unlock(struct sandbox *s);
void cgroups_enter(const struct sandbox *s);
/* Moves to the leaf below the own cgroup of the v2 hierarchy, and hands its controllers to the siblings. */
void cgroups_leaf(const struct sandbox *s);
void cgroups_mount(const struct sandbox *s);
void cgroups_remove(struct sandbox *s);

#endif
