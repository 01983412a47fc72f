/* What /proc tells of a process. */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <sys/types.h>

/* When it started, in clock ticks since boot: with its pid, what makes it that process. 0 if there is none, or it is a zombie. */
unsigned long long process_start_time(pid_t pid);
/* The identity of its namespace of a type (`pid:[4026531836]`), to be freed; NULL if it cannot be told. */
char *process_namespace(pid_t pid, const char *type);

#endif
