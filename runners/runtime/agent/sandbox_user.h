/* Who makes the sandbox. */
#ifndef SANDBOX_USER_H
#define SANDBOX_USER_H

#include <stdbool.h>
#include <sys/types.h>

#define FEW_RIGHTS "run it as root of the machine, or in a container that may do this (podman run --privileged)"
/* Root of the machine, with all that the sandbox and what runs in it need; everybody else gets a user namespace. */
bool is_full_root(void);
/* Enters a new user namespace. */
void user_namespace(void);
/* Maps its ids, from outside: as many as the system lends. */
void map_ids(pid_t pid);

#endif
