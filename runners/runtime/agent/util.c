#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void out_of_memory(void) {
  static const char text[] = "agent: out of memory\n";
  (void)!write(2, text, sizeof text - 1);
  _exit(70);
}

void *xcalloc(size_t count, size_t size) {
  void *p = calloc(count ? count : 1, size ? size : 1);
  if (!p) out_of_memory();
  return p;
}

char *xstrdup(const char *text) {
  char *copy = strdup(text);
  if (!copy) out_of_memory();
  return copy;
}

void buf_add(struct buf *b, const void *data, size_t len) {
  if (b->len + len + 1 > b->cap) {
    size_t cap = b->cap ? b->cap : 256;
    while (cap < b->len + len + 1) cap *= 2;
    b->data = realloc(b->data, cap);
    if (!b->data) out_of_memory();
    b->cap = cap;
  }
  if (len) memcpy(b->data + b->len, data, len);
  b->len += len;
  b->data[b->len] = 0;
}

void buf_str(struct buf *b, const char *text) { buf_add(b, text, strlen(text)); }

void buf_fmt(struct buf *b, const char *format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (n > 0) buf_add(b, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void buf_free(struct buf *b) {
  free(b->data);
  *b = (struct buf){0};
}

char *buf_take(struct buf *b) {
  if (!b->data) buf_add(b, "", 0);
  char *data = b->data;
  *b = (struct buf){0};
  return data;
}

void free_ptr(void *p) { free(*(void **)p); }

void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
}

int write_all(int fd, const void *data, size_t len) {
  const char *at = data;
  while (len > 0) {
    ssize_t n = write(fd, at, len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    at += n;
    len -= (size_t)n;
  }
  return 0;
}

int read_file(const char *path, struct buf *out, size_t max) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return -1;
  char chunk[16384];
  buf_add(out, "", 0);
  while (out->len < max) {
    size_t want = max - out->len < sizeof chunk ? max - out->len : sizeof chunk;
    ssize_t n = read(fd, chunk, want);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    buf_add(out, chunk, (size_t)n);
  }
  return 0;
}

int write_file(const char *path, const void *data, size_t len, int flags, mode_t mode) {
  AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, mode);
  if (fd < 0) return -1;
  return write_all(fd, data, len);
}

int mkdir_p(const char *path, mode_t mode) {
  /* Nearly always the parent is there. */
  if (!mkdir(path, mode) || errno == EEXIST) return 0;
  AUTO_FREE char *copy = xstrdup(path);
  for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    if (mkdir(copy, 0755) && errno != EEXIST) return -1;
    *slash = '/';
  }
  return mkdir(copy, mode) && errno != EEXIST ? -1 : 0;
}

int remove_tree(int at, const char *name, dev_t dev) {
  struct stat st;
  if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW)) return errno == ENOENT ? 0 : -1;
  if (!S_ISDIR(st.st_mode)) return unlinkat(at, name, 0);
  if (st.st_dev != dev) return errno = EXDEV, -1;
  int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  DIR *dir = fdopendir(fd);
  if (!dir) return close(fd), -1;
  int failed = 0;
  for (struct dirent *e; (e = readdir(dir));) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (remove_tree(dirfd(dir), e->d_name, dev)) failed = errno;
  }
  closedir(dir);
  if (failed) return errno = failed, -1;
  return unlinkat(at, name, AT_REMOVEDIR);
}

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
