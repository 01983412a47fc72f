#ifndef SECCOMP_H
#define SECCOMP_H

#include "plan.h"

/*
 * Loads the filter of a seccomp step. If the filter notifies, its descriptor is sent over the socket (-1 for none), without any system
 * call of this process after the load.
 */
void seccomp_load(const struct step *s, int listener_socket);

#endif
