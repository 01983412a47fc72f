#ifndef PID_FILE_H
#define PID_FILE_H

#include <sys/types.h>

/* Writes a process's id to a file that is there whole or not at all. Dies if it cannot. */
void pid_file_write(const char *path, pid_t pid);

#endif
