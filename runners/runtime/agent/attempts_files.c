/* Attempts on files, devices and mounts. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "attempts.h"
#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"

/* read: path max */
void try_read(struct buf *b, const struct attempt *a) {
  struct buf content = {0};
  long long max = field_number(a, 2);
  int failed = read_file(field(a, 1), &content, max > 0 ? (size_t)max : 65536);
  json_errno(b, failed);
  if (!failed) json_key(b, "text"), json_strn(b, content.data, content.len);
  buf_free(&content);
}

/* write: path data */
void try_write(struct buf *b, const struct attempt *a) {
  json_errno(b, write_file(field(a, 1), field(a, 2), a->count > 2 ? a->lengths[2] : 0, O_NONBLOCK, 0));
}

/* create: path */
void try_create(struct buf *b, const struct attempt *a) { json_errno(b, write_file(field(a, 1), "", 0, O_CREAT | O_EXCL, 0666)); }

/* mkdir: path */
void try_mkdir(struct buf *b, const struct attempt *a) { json_errno(b, mkdir(field(a, 1), 0777)); }

/* unlink: path */
void try_unlink(struct buf *b, const struct attempt *a) { json_errno(b, remove(field(a, 1))); }

/* stat: path */
void try_stat(struct buf *b, const struct attempt *a) {
  struct stat st;
  int failed = lstat(field(a, 1), &st);
  json_errno(b, failed);
  if (failed) return;
  json_key(b, "stat");
  json_stat(b, &st);
}

/* readlink: path */
void try_readlink(struct buf *b, const struct attempt *a) {
  char target[4096];
  ssize_t n = readlink(field(a, 1), target, sizeof target);
  json_errno(b, n < 0);
  if (n < 0) return;
  json_key(b, "text");
  json_strn(b, target, (size_t)n);
}

static int by_name(const void *x, const void *y) { return strcmp(*(char *const *)x, *(char *const *)y); }

/* list: path */
void try_list(struct buf *b, const struct attempt *a) {
  DIR *dir = opendir(field(a, 1));
  json_errno(b, !dir);
  if (!dir) return;
  char **names = NULL;
  size_t count = 0;
  for (struct dirent *e; (e = readdir(dir));) {
    if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
    char **grown = realloc(names, (count + 1) * sizeof *names);
    if (!grown) break;
    names = grown;
    names[count++] = xstrdup(e->d_name);
  }
  closedir(dir);
  if (count) qsort(names, count, sizeof *names, by_name);
  json_key(b, "names");
  json_open(b, '[');
  for (size_t i = 0; i < count; i++) {
    json_str(b, names[i]);
    free(names[i]);
  }
  free(names);
  json_close(b, ']');
}

/* chown: path uid gid */
void try_chown(struct buf *b, const struct attempt *a) {
  json_errno(b, lchown(field(a, 1), (uid_t)field_number(a, 2), (gid_t)field_number(a, 3)));
}

/* Devices that one byte does no harm to; others (disks, memory, the kernel's log) are only opened for writing. */
static bool may_write(int fd) {
  struct stat st;
  if (fstat(fd, &st) || !S_ISCHR(st.st_mode)) return false;
  unsigned minor_number = minor(st.st_rdev);
  if (major(st.st_rdev) == 1) return minor_number == 3 || minor_number == 5 || (minor_number >= 7 && minor_number <= 9);
  return major(st.st_rdev) == 5 && minor_number != 1;
}

/* device: path mode */
void try_device(struct buf *b, const struct attempt *a) {
  bool r = strchr(field(a, 2), 'r'), w = strchr(field(a, 2), 'w');
  AUTO_CLOSE int fd = open(field(a, 1), (r && w ? O_RDWR : w ? O_WRONLY : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  int failed = fd < 0;
  char byte = 'x';
  if (!failed && r) failed = read(fd, &byte, 1) < 0 && errno != EAGAIN;
  if (!failed && w && may_write(fd)) failed = write(fd, &byte, 1) < 0;
  json_errno(b, failed);
}

/* mknod: path type major minor */
void try_mknod(struct buf *b, const struct attempt *a) {
  char type = *field(a, 2);
  mode_t kind = type == 'b' ? S_IFBLK : type == 'p' ? S_IFIFO : S_IFCHR;
  int failed = mknod(field(a, 1), kind | 0600, makedev((unsigned)field_number(a, 3), (unsigned)field_number(a, 4)));
  json_errno(b, failed);
  if (!failed) unlink(field(a, 1));
}

/* mount: source target type flags data */
void try_mount(struct buf *b, const struct attempt *a) {
  const char *data = field(a, 5);
  json_errno(b, mount(field(a, 1), field(a, 2), field(a, 3), (unsigned long)field_number(a, 4), *data ? data : NULL));
}

/* umount: path */
void try_umount(struct buf *b, const struct attempt *a) { json_errno(b, umount2(field(a, 1), 0)); }

static void atime_of(struct buf *b, const char *path) {
  struct stat st = {0};
  (void)stat(path, &st);
  json_u64str(b, (unsigned long long)st.st_atim.tv_sec * 1000000000u + (unsigned long long)st.st_atim.tv_nsec);
}

/* atime: path */
void try_atime(struct buf *b, const struct attempt *a) {
  struct buf byte = {0};
  json_key(b, "atimes");
  json_open(b, '[');
  atime_of(b, field(a, 1));
  int failed = read_file(field(a, 1), &byte, 1);
  int error = errno;
  atime_of(b, field(a, 1));
  json_close(b, ']');
  buf_free(&byte);
  errno = error;
  json_errno(b, failed);
}

/* openpty: path of the multiplexer */
void try_openpty(struct buf *b, const struct attempt *a) {
  AUTO_CLOSE int fd = open(field(a, 1), O_RDWR | O_NOCTTY | O_CLOEXEC);
  int unlock = 0;
  unsigned number = 0;
  int failed = fd < 0 || ioctl(fd, TIOCSPTLCK, &unlock) || ioctl(fd, TIOCGPTN, &number);
  json_errno(b, failed);
  if (failed) return;
  char name[64];
  snprintf(name, sizeof name, "/dev/pts/%u", number);
  json_key(b, "text");
  json_str(b, name);
}
