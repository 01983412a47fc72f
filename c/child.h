/* Other processes: how they begin, and how they end. */
#ifndef C_CHILD_H
#define C_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Before execve(2): every signal has its default action, and none is blocked. */
void signals_reset(void);
/* Waits for a child's end, whatever signals come. 0, or -1 with errno. */
int wait_child(pid_t pid, int *status);
/* The exit code as a shell has it: 128 and the signal's number for one that was killed. */
int exit_code(int status);

/* A descriptor for a process, closed at execve(2). -1 with errno. */
int pidfd_open(pid_t pid);
/* 0, or -1 with errno. */
int pidfd_kill(int pidfd, int signal);
/* Waits for the process's end, so many milliseconds at most. 1 when it has ended, 0 when time is up, -1 with errno. */
int pidfd_wait(int pidfd, int64_t timeout_ms);

#endif
