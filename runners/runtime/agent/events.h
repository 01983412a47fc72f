#ifndef EVENTS_H
#define EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The worker's one event loop. Whatever it waits for, every watched descriptor is served meanwhile: a container that
 * writes, a runtime that sends a terminal, a seccomp notification.
 */
typedef void watch_fn(int fd, void *data);

void events_init(void);
/* Ends the process as soon as nobody can write to the descriptor any more, whatever it is waiting for. */
void end_with(int fd);
/* Calls fn whenever fd is readable or closed; fn calls unwatch() when it is done with it. False (and fd closed): too many. */
bool watch(int fd, watch_fn *fn, void *data);
/* Forgets and closes the descriptor. */
void unwatch(int fd);
void unwatch_all(void);
/* Serves events until one arrived or the deadline (now_ms) is over; returns false when it is over. extra: one more fd, or -1. */
bool pump(int64_t deadline, int extra);
/* Calls fn each time before something is waited for: there is time then for what is not urgent. */
void events_idle(void (*fn)(void));
/* Calls fn as long as something is waited for, so many milliseconds apart. */
void events_beat(int64_t every_ms, void (*fn)(void));

/* Whether there is something to read or the other side is gone. */
bool is_readable(int fd);
/* Serves what is there without waiting. */
void pump_ready(void);

/* How a process ended, if the worker reaped it since forget_reaped() (of very many, only the newest are known). */
bool reaped(pid_t pid, int *status);
void forget_reaped(void);

#endif
