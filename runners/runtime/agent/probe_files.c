/* Open descriptors, the terminal, the working directory, and the well-known paths. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/memory.h"
#include "probe.h"

enum { MAX_FD = 1024 };

static int by_number(const void *x, const void *y) { return *(const int *)x - *(const int *)y; }

/* The open descriptors, from /proc or else by trying the first MAX_FD. Returns how many. */
static size_t open_descriptors(int **list) {
  size_t count = 0, room = 0;
  int *fds = NULL;
  DIR *dir = opendir("/proc/self/fd");
  for (int tried = 0; dir || tried < MAX_FD; tried++) {
    int fd = tried;
    if (dir) {
      struct dirent *e = readdir(dir);
      if (!e) break;
      fd = e->d_name[0] == '.' ? -1 : atoi(e->d_name);
      if (fd == dirfd(dir)) continue;
    }
    if (fd < 0 || (!dir && fcntl(fd, F_GETFD) < 0)) continue;
    if (count == room) {
      int *grown = realloc(fds, (room = room * 2 + 16) * sizeof *fds);
      if (!grown) break;
      fds = grown;
    }
    fds[count++] = fd;
  }
  if (dir) closedir(dir);
  if (count) qsort(fds, count, sizeof *fds, by_number);
  *list = fds;
  return count;
}

void probe_fds(struct buf *b) {
  AUTO_FREE int *fds = NULL;
  size_t count = open_descriptors(&fds);
  json_key(b, "fds");
  json_open(b, '[');
  for (size_t i = 0; i < count; i++) {
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fds[i]);
    ssize_t n = readlink(link, target, sizeof target);
    json_open(b, '{');
    json_key(b, "fd"), json_num(b, fds[i]);
    json_key(b, "target");
    if (n < 0) json_null(b);
    else json_strn(b, target, (size_t)n);
    json_close(b, '}');
  }
  json_close(b, ']');
}

void json_strings(struct buf *b, const char *key, char *const *list) {
  json_key(b, key);
  json_open(b, '[');
  for (; list && *list; list++) json_str(b, *list);
  json_close(b, ']');
}

/* The raw call also tells a directory outside the root, which libc turns into an error. */
void json_cwd(struct buf *b, const char *otherwise) {
  char cwd[4096];
  json_str(b, syscall(SYS_getcwd, cwd, sizeof cwd) < 0 ? otherwise : cwd);
}

void probe_terminal(struct buf *b) {
  struct winsize size = {0};
  char name[256];
  bool tty = isatty(0) || isatty(1);
  if (tty) (void)ioctl(isatty(0) ? 0 : 1, TIOCGWINSZ, &size);
  json_key(b, "terminal");
  json_open(b, '{');
  json_key(b, "stdin"), json_bool(b, isatty(0));
  json_key(b, "stdout"), json_bool(b, isatty(1));
  json_key(b, "stderr"), json_bool(b, isatty(2));
  json_key(b, "rows"), json_num(b, size.ws_row);
  json_key(b, "columns"), json_num(b, size.ws_col);
  json_key(b, "name");
  if (tty && !ttyname_r(isatty(0) ? 0 : 1, name, sizeof name)) json_str(b, name);
  else json_null(b);
  json_close(b, '}');
}

void json_stat(struct buf *b, const struct stat *st) {
  static const char *const types[] = {[S_IFREG >> 12] = "file",   [S_IFDIR >> 12] = "dir",   [S_IFLNK >> 12] = "symlink",
                                      [S_IFCHR >> 12] = "char",   [S_IFBLK >> 12] = "block", [S_IFIFO >> 12] = "fifo",
                                      [S_IFSOCK >> 12] = "socket"};
  json_open(b, '{');
  json_key(b, "type"), json_str(b, types[(st->st_mode & S_IFMT) >> 12]);
  json_key(b, "mode"), json_num(b, st->st_mode & 07777);
  json_key(b, "uid"), json_num(b, st->st_uid);
  json_key(b, "gid"), json_num(b, st->st_gid);
  json_key(b, "major"), json_num(b, major(st->st_rdev));
  json_key(b, "minor"), json_num(b, minor(st->st_rdev));
  json_key(b, "size"), json_num(b, st->st_size);
  json_key(b, "nlink"), json_num(b, (long long)st->st_nlink);
  json_key(b, "dev"), json_u64str(b, st->st_dev);
  json_key(b, "ino"), json_u64str(b, st->st_ino);
  json_close(b, '}');
}

void probe_paths(struct buf *b) {
  static const char *const known[] = {"/",           "/proc",        "/sys",           "/dev",          "/dev/pts",    "/dev/shm",
                                      "/dev/mqueue", "/dev/null",    "/dev/zero",      "/dev/full",     "/dev/random", "/dev/urandom",
                                      "/dev/tty",    "/dev/console", "/dev/ptmx",      "/dev/pts/ptmx", "/dev/fd",     "/dev/stdin",
                                      "/dev/stdout", "/dev/stderr",  "/sys/fs/cgroup", "/tmp"};
  static const char *const links[] = {"/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/ptmx"};
  json_key(b, "paths");
  json_open(b, '{');
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    struct stat st;
    json_key(b, known[i]);
    if (lstat(known[i], &st)) json_null(b);
    else json_stat(b, &st);
  }
  json_close(b, '}');
  json_key(b, "links");
  json_open(b, '{');
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
    char target[4096];
    ssize_t n = readlink(links[i], target, sizeof target);
    if (n < 0) continue;
    json_key(b, links[i]);
    json_strn(b, target, (size_t)n);
  }
  json_close(b, '}');
}
