#ifndef UTIL_H
#define UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A growing byte buffer. Running out of memory ends the process: there is nothing sensible left to do. */
struct buf {
  char *data;
  size_t len, cap;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *text);
__attribute__((format(printf, 2, 3))) void buf_fmt(struct buf *b, const char *format, ...);
void buf_free(struct buf *b);
/* Moves the content out, NUL-terminated; the caller frees it. */
char *buf_take(struct buf *b);

void *xcalloc(size_t count, size_t size);
char *xstrdup(const char *text);

/* Cleans up a variable when it goes out of scope. */
void free_ptr(void *p);
void close_fd(int *fd);
#define AUTO_FREE __attribute__((cleanup(free_ptr)))
#define AUTO_CLOSE __attribute__((cleanup(close_fd)))

/* Writes everything; -1 with errno when it cannot. */
int write_all(int fd, const void *data, size_t len);
/* Reads a whole file into a buffer (at most max bytes); -1 with errno. */
int read_file(const char *path, struct buf *out, size_t max);
int write_file(const char *path, const void *data, size_t len, int flags, mode_t mode);
/* Makes a directory and its parents; existing ones are fine. */
int mkdir_p(const char *path, mode_t mode);
/* Removes a tree without following links or leaving its file system. */
int remove_tree(int at, const char *name, dev_t dev);
/* CLOCK_REALTIME in nanoseconds, and CLOCK_MONOTONIC in milliseconds. */
uint64_t now_ns(void);
int64_t now_ms(void);
/* The name of an errno or of a signal; never NULL. */
const char *errno_name(int number);
const char *signal_name(int number);

#endif
