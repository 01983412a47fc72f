#ifndef FOREGROUND_H
#define FOREGROUND_H

#include <sys/types.h>

/*
 * Waits for a child of this process that runs in the foreground: signals are passed on, and with `terminal` (a socket from which its
 * pseudoterminal comes, or -1) so is what is typed and shown. Returns the exit code as a shell has it.
 */
int foreground_wait(pid_t pid, int terminal);

#endif
