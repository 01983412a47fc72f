/* The socket in a container's directory by which init hears that it is to start. That somebody listens tells that it waits. */
#ifndef START_SOCKET_H
#define START_SOCKET_H

#include "container.h"

/* Makes the socket. */
int start_listen(const struct container *c);
/* Connects to the init of a created container, without waiting: a socket, or -1 if it does not wait any more. */
int start_connect(const struct container *c);
/* Init's side: waits until start connects and says so, and returns that connection. Whoever only looks hangs up without a word. */
int start_await(int listener);

#endif
