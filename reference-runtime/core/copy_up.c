#include "copy_up.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "die.h"

static void copy_link(int from, int to, const char *name, const struct step *s) {
  char target[4096];
  ssize_t length = readlinkat(from, name, target, sizeof target - 1);
  if (length < 0) die_errno("%s: copy %s: readlink", s->from, name);
  target[length] = 0;
  if (symlinkat(target, to, name)) die_errno("%s: copy %s: symlink", s->from, name);
}

static void copy_file(int from, int to, const char *name, const struct step *s) {
  AUTO_BUF struct buf content = {0};
  AUTO_CLOSE int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (source < 0 || read_all(source, &content)) die_errno("%s: copy %s: read", s->from, name);
  AUTO_CLOSE int made = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0 || write_all(made, content.data, content.len)) die_errno("%s: copy %s: write", s->from, name);
}

static void copy_below(int from, int to, const char *name, const struct step *s) {
  enum { FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
  if (mkdirat(to, name, 0700)) die_errno("%s: copy %s: mkdir", s->from, name);
  AUTO_CLOSE int below = openat(from, name, FLAGS);
  AUTO_CLOSE int made = openat(to, name, FLAGS);
  if (below < 0 || made < 0) die_errno("%s: copy %s: open", s->from, name);
  copy_directory(below, made, s);
}

static void copy_entry(int from, int to, const char *name, const struct step *s) {
  struct stat st;
  if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW)) die_errno("%s: copy %s: stat", s->from, name);
  if (S_ISLNK(st.st_mode)) copy_link(from, to, name, s);
  else if (S_ISDIR(st.st_mode)) copy_below(from, to, name, s);
  else if (S_ISREG(st.st_mode)) copy_file(from, to, name, s);
  else if (mknodat(to, name, st.st_mode, st.st_rdev)) die_errno("%s: copy %s: mknod", s->from, name);
  if (fchownat(to, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW)) die_errno("%s: copy %s: chown", s->from, name);
  if (!S_ISLNK(st.st_mode) && fchmodat(to, name, st.st_mode & 07777, 0)) die_errno("%s: copy %s: chmod", s->from, name);
}

void copy_directory(int from, int to, const struct step *s) {
  int again = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = again < 0 ? NULL : fdopendir(again);
  if (!dir) die_errno("%s: read the directory to copy", s->from);
  for (struct dirent *e; (e = readdir(dir));)
    if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) copy_entry(from, to, e->d_name, s);
  closedir(dir);
}
