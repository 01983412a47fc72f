/* What every part of the core uses: buffers, files, errors that name their step. */
#ifndef CORE_H
#define CORE_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define NORETURN __attribute__((noreturn))

void free_pointer(void *pointer);
void close_fd(const int *fd);
/* Freed, or closed, when the variable's scope ends. */
#define AUTO_FREE __attribute__((cleanup(free_pointer)))
#define AUTO_CLOSE __attribute__((cleanup(close_fd)))

struct buf {
  char *data; /* zero-terminated as soon as there is anything */
  size_t len, cap;
};
void *xmalloc(size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_str(struct buf *b, const char *text);
void buf_fmt(struct buf *b, const char *format, ...) PRINTF(2, 3);
char *buf_take(struct buf *b);
char *format(const char *format, ...) PRINTF(1, 2);

/* Reads from an open file to its end, or a named one relative to `dir`; -1 with errno. */
int read_all(int fd, struct buf *out);
int read_file_at(int dir, const char *path, struct buf *out);
int write_all(int fd, const void *data, size_t len);
/* Opens an existing file for writing and writes in one call, as the kernel's files want it. */
int write_file_at(int dir, const char *path, const char *text);
/* A file that is there whole or not at all, even after a crash: written beside, synced, renamed. */
int replace_file_at(int dir, const char *name, const void *data, size_t len);
/* Milliseconds of a clock that only goes forward. */
int64_t now_ms(void);
/* Appends text as a JSON string with its quotes; what is not UTF-8 is escaped byte by byte. */
void buf_json(struct buf *b, const char *text);

/*
 * Ends the process with a message. It goes to where `die_to` says: to a socket (of the runtime process that waits), or to standard error
 * and the log. `at_death` is called first, so that a failed operation leaves nothing.
 */
void die(const char *format, ...) PRINTF(1, 2) NORETURN;
/* The same with errno's meaning appended. */
void die_errno(const char *format, ...) PRINTF(1, 2) NORETURN;
void warn(const char *format, ...) PRINTF(1, 2);
/* The same to the log alone: what a caller does on purpose is no news on its standard error. */
void warn_in_log(const char *format, ...) PRINTF(1, 2);
void die_to(int socket);
extern void (*at_death)(void);

/* Where messages go besides standard error: --log and --log-format. */
struct log_options {
  const char *path;
  bool json;
};
extern struct log_options log_options;

/* A seeded fault by name, from --fault, OCI_REF_FAULT or the plan. */
extern const char *seeded_fault;
bool fault(const char *name);

#endif
