/* The worker inside of its sandbox. */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>

/* The worker's main loop, once the sandbox stands; greet: say that it is ready. Returns the exit code. */
int worker_loop(bool greet);

#endif
