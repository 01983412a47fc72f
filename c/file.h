/* Open files, and files by their names. Functions that return -1 leave the reason in errno; no signal interrupts them. */
#ifndef C_FILE_H
#define C_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "buf.h"

/* Closes the variable's file, unless it is negative, when its scope ends. */
#define AUTO_CLOSE __attribute__((cleanup(close_fd)))
void close_fd(const int *fd);
/* `/proc/self/fd/N`: names an open file for calls that take paths only. Valid until the next call but three. */
const char *fd_path(int fd);

/* Appends what is left of an open file, at most `max` bytes; the buffer is zero-terminated even if that is nothing. 0, or -1. */
int read_up_to(int fd, struct buf *out, size_t max);
int read_all(int fd, struct buf *out);
/* Exactly so many bytes: 1; 0 at the end of the file; -1. What comes before an early end is lost. */
int read_exactly(int fd, void *data, size_t len);
/* Writes all of it. 0, or -1. */
int write_all(int fd, const void *data, size_t len);

/* Reads a file, at most `max` bytes, without waiting for a writer of a FIFO and without taking a terminal. */
int read_file(const char *path, struct buf *out, size_t max);
/* Reads a whole file by its name relative to a directory (AT_FDCWD: the working directory). */
int read_file_at(int dir, const char *path, struct buf *out);
/* Opens with further flags (O_CREAT, O_TRUNC, O_APPEND) and writes everything. */
int write_file(const char *path, const void *data, size_t len, int flags, mode_t mode);
/* Writes to an existing file in one call, as files of the kernel's want it. */
int write_setting(const char *path, const char *text);

/* Makes a directory and its missing parents (mode 0755); one that exists is fine. */
int mkdir_p(const char *path, mode_t mode);
/* Removes what a name in a directory stands for, and all below, without following links or leaving the file system `dev`. */
int remove_tree(int at, const char *name, dev_t dev);

#endif
