/* What is around the process: descriptors, terminal, namespaces, id maps, cgroup, mounts, well-known paths. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe.h"

enum { MAX_FD = 1024 };

/* Without /proc there is still fcntl; the target of a descriptor is then unknown. */
void probe_fds(struct buf *b) {
  bool open_fds[MAX_FD];
  for (int fd = 0; fd < MAX_FD; fd++) open_fds[fd] = fcntl(fd, F_GETFD) >= 0;
  json_key(b, "fds");
  json_open(b, '[');
  for (int fd = 0; fd < MAX_FD; fd++) {
    if (!open_fds[fd]) continue;
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, target, sizeof target);
    json_open(b, '{');
    json_key(b, "fd"), json_num(b, fd);
    json_key(b, "target");
    if (n < 0) json_null(b);
    else json_strn(b, target, (size_t)n);
    json_close(b, '}');
  }
  json_close(b, ']');
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

void json_namespaces(struct buf *b) {
  DIR *dir = opendir("/proc/self/ns");
  json_key(b, "namespaces");
  if (!dir) return json_null(b);
  json_open(b, '{');
  for (struct dirent *e; (e = readdir(dir));) {
    char target[256];
    if (e->d_name[0] == '.') continue;
    ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof target);
    if (n < 0) continue;
    json_key(b, e->d_name);
    json_strn(b, target, (size_t)n);
  }
  json_close(b, '}');
  closedir(dir);
}

/* Calls fn for each line of a file; false when it cannot be read. */
static bool each_line(const char *path, void (*fn)(struct buf *b, char *line), struct buf *b, char open, char close) {
  struct buf text = {0};
  bool ok = !read_file(path, &text, 8 << 20);
  if (ok) {
    json_open(b, open);
    for (char *save, *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) fn(b, line);
    json_close(b, close);
  } else {
    json_null(b);
  }
  buf_free(&text);
  return ok;
}

static void map_line(struct buf *b, char *line) {
  unsigned inside, outside, size;
  if (sscanf(line, "%u %u %u", &inside, &outside, &size) != 3) return;
  json_open(b, '[');
  json_num(b, inside), json_num(b, outside), json_num(b, size);
  json_close(b, ']');
}

static void cgroup_line(struct buf *b, char *line) {
  char *controllers = strchr(line, ':');
  char *path = controllers ? strchr(controllers + 1, ':') : NULL;
  if (!path) return;
  *path++ = 0;
  json_key(b, controllers + 1);
  json_str(b, path);
}

static void list(struct buf *b, const char *key, char *text, const char *separator) {
  json_key(b, key);
  json_open(b, '[');
  for (char *save, *one = text ? strtok_r(text, separator, &save) : NULL; one; one = strtok_r(NULL, separator, &save)) json_str(b, one);
  json_close(b, ']');
}

/* Undoes mountinfo's octal escapes, in place. */
static char *plain(char *field) {
  char *to = field;
  for (char *from = field; *from; to++) {
    unsigned code;
    if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1) *to = (char)code, from += 4;
    else *to = *from++;
  }
  *to = 0;
  return field;
}

/* id parent major:minor root target options optional… - type source super-options */
static void mount_line(struct buf *b, char *line) {
  char *tail = strstr(line, " - ");
  if (!tail) return;
  *tail = 0;
  char *save, *head[6], *rest[3];
  for (int i = 0; i < 6; i++)
    if (!(head[i] = strtok_r(i ? NULL : line, " ", &save))) return;
  char *optional = strtok_r(NULL, "", &save);
  char *save2;
  for (int i = 0; i < 3; i++)
    if (!(rest[i] = strtok_r(i ? NULL : tail + 3, " ", &save2))) rest[i] = (char[]){""};
  json_open(b, '{');
  json_key(b, "id"), json_num(b, atoll(head[0]));
  json_key(b, "parent"), json_num(b, atoll(head[1]));
  json_key(b, "device"), json_str(b, head[2]);
  json_key(b, "root"), json_str(b, plain(head[3]));
  json_key(b, "target"), json_str(b, plain(head[4]));
  list(b, "options", head[5], ",");
  list(b, "optional", optional, " ");
  json_key(b, "type"), json_str(b, rest[0]);
  json_key(b, "source"), json_str(b, plain(rest[1]));
  list(b, "superOptions", rest[2], ",");
  json_close(b, '}');
}

static void time_offsets(struct buf *b) {
  struct buf text = {0};
  long long secs[2] = {0}, nanos[2] = {0};
  json_key(b, "timeOffsets");
  bool ok = !read_file("/proc/self/timens_offsets", &text, 4096);
  for (char *save, *line = ok ? strtok_r(text.data, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
    char clock[32];
    long long s, n;
    if (sscanf(line, "%31s %lld %lld", clock, &s, &n) != 3) continue;
    int at = !strcmp(clock, "boottime") || !strcmp(clock, "7");
    secs[at] = s, nanos[at] = n;
  }
  buf_free(&text);
  if (!ok) return json_null(b);
  json_open(b, '{');
  for (int i = 0; i < 2; i++) {
    json_key(b, i ? "boottime" : "monotonic");
    json_open(b, '[');
    json_num(b, secs[i]), json_num(b, nanos[i]);
    json_close(b, ']');
  }
  json_close(b, '}');
}

void json_stat(struct buf *b, const struct stat *st) {
  static const char *const types[] = {[S_IFREG >> 12] = "file",  [S_IFDIR >> 12] = "dir",  [S_IFLNK >> 12] = "symlink",
                                      [S_IFCHR >> 12] = "char",  [S_IFBLK >> 12] = "block", [S_IFIFO >> 12] = "fifo",
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

static void paths(struct buf *b) {
  static const char *const known[] = {
      "/",         "/proc",       "/sys",         "/dev",     "/dev/pts",    "/dev/shm", "/dev/mqueue",   "/dev/null",
      "/dev/zero", "/dev/full",   "/dev/random",  "/dev/urandom", "/dev/tty", "/dev/console", "/dev/ptmx", "/dev/pts/ptmx",
      "/dev/fd",   "/dev/stdin",  "/dev/stdout",  "/dev/stderr",  "/sys/fs/cgroup", "/tmp"};
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

void probe_surroundings(struct buf *b) {
  json_namespaces(b);
  json_key(b, "uidMap"), each_line("/proc/self/uid_map", map_line, b, '[', ']');
  json_key(b, "gidMap"), each_line("/proc/self/gid_map", map_line, b, '[', ']');
  struct buf setgroups_text = {0};
  json_key(b, "setgroups");
  if (read_file("/proc/self/setgroups", &setgroups_text, 64) || !setgroups_text.len) json_null(b);
  else json_strn(b, setgroups_text.data, strcspn(setgroups_text.data, "\n"));
  buf_free(&setgroups_text);
  time_offsets(b);
  json_key(b, "cgroup"), each_line("/proc/self/cgroup", cgroup_line, b, '{', '}');
  json_key(b, "mounts"), each_line("/proc/self/mountinfo", mount_line, b, '[', ']');
  paths(b);
}
