#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

void close_fd(const int *fd) {
  if (*fd >= 0) close(*fd);
}

const char *fd_path(int fd) {
  static char paths[4][32];
  static unsigned next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "/proc/self/fd/%d", fd);
  return path;
}

/* read(2), again for as long as a signal interrupts it. */
static ssize_t read_once(int fd, void *data, size_t size) {
  ssize_t got;
  do got = read(fd, data, size);
  while (got < 0 && errno == EINTR);
  return got;
}

int read_up_to(int fd, struct buf *out, size_t max) {
  char chunk[16384];
  buf_add(out, "", 0);
  for (size_t left = max; left > 0;) {
    ssize_t got = read_once(fd, chunk, left < sizeof chunk ? left : sizeof chunk);
    if (got < 0) return -1;
    if (got == 0) return 0;
    buf_add(out, chunk, (size_t)got);
    left -= (size_t)got;
  }
  return 0;
}

int read_all(int fd, struct buf *out) { return read_up_to(fd, out, SIZE_MAX); }

int read_exactly(int fd, void *data, size_t len) {
  for (char *at = data; len > 0;) {
    ssize_t got = read_once(fd, at, len);
    if (got <= 0) return (int)got;
    at += got;
    len -= (size_t)got;
  }
  return 1;
}

int write_all(int fd, const void *data, size_t len) {
  for (const char *at = data; len > 0;) {
    ssize_t done = write(fd, at, len);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return -1;
    at += done;
    len -= (size_t)done;
  }
  return 0;
}

int read_file(const char *path, struct buf *out, size_t max) {
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  return fd < 0 ? -1 : read_up_to(fd, out, max);
}

int read_file_at(int dir, const char *path, struct buf *out) {
  AUTO_CLOSE int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -1 : read_all(fd, out);
}

int write_file(const char *path, const void *data, size_t len, int flags, mode_t mode) {
  AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, mode);
  return fd < 0 ? -1 : write_all(fd, data, len);
}

int write_setting(const char *path, const char *text) {
  AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t done, length = (ssize_t)strlen(text);
  do done = write(fd, text, (size_t)length);
  while (done < 0 && errno == EINTR);
  if (done >= 0 && done != length) errno = EIO;
  return done == length ? 0 : -1;
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
  if (st.st_dev != dev) {
    errno = EXDEV;
    return -1;
  }
  int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  DIR *dir = fdopendir(fd);
  if (!dir) {
    close_fd(&fd);
    return -1;
  }
  int failed = 0;
  for (struct dirent *e; (e = readdir(dir));) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    if (remove_tree(dirfd(dir), e->d_name, dev)) failed = errno;
  }
  closedir(dir);
  if (!failed) return unlinkat(at, name, AT_REMOVEDIR);
  errno = failed;
  return -1;
}
