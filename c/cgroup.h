#ifndef C_CGROUP_H
#define C_CGROUP_H

/* Removes a cgroup and all below it, for half a second while one is busy. 0, or -1 with errno if it stays. */
int cgroup_remove(const char *directory);

#endif
