#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "fault.h"
#include "kernel.h"

int in_root(int root, const char *path) {
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  if (fault("links-lead-out")) return openat(root, path[strspn(path, "/")] ? path + strspn(path, "/") : ".", O_PATH | O_CLOEXEC);
  /* EAGAIN: something was renamed meanwhile, and the kernel cannot vouch for `..`. */
  for (int tries = 0; tries < 128; tries++) {
    int fd = sys_openat2(root, *path ? path : ".", &how);
    if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) return fd;
  }
  return -1;
}

static char *without_trailing_slashes(const char *path) {
  char *copy = xstrdup(path);
  for (size_t n = strlen(copy); n > 0 && copy[n - 1] == '/'; n--) copy[n - 1] = 0;
  return copy;
}

int parent_in_root(int root, const char *path, char **name, const char *from) {
  AUTO_FREE char *trimmed = without_trailing_slashes(path);
  char *slash = strrchr(trimmed, '/');
  const char *last = slash ? slash + 1 : trimmed;
  if (!*last || !strcmp(last, ".") || !strcmp(last, "..")) die("%s: %s does not name anything inside the root", from, path);
  *name = xstrdup(last);
  AUTO_FREE char *directory = slash ? format("%.*s", (int)(slash - trimmed), trimmed) : xstrdup("");
  return make_in_root(root, directory, true, from);
}

/* Where a symbolic link without a target leads, as a path from the root. */
static char *link_target(int parent, const char *name, const char *directory, const char *from) {
  char target[4096];
  ssize_t length = readlinkat(parent, name, target, sizeof target - 1);
  if (length < 0) die_errno("%s: readlink %s/%s", from, directory, name);
  target[length] = 0;
  return *target == '/' ? xstrdup(target) : format("%s/%s", directory, target);
}

static int make(int root, const char *path, bool is_directory, const char *from, int depth) {
  int fd = in_root(root, path);
  if (fd >= 0) return fd;
  if (errno != ENOENT) die_errno("%s: open %s in the root", from, path);
  if (depth > 40) die("%s: %s: too many symbolic links", from, path);
  AUTO_FREE char *trimmed = without_trailing_slashes(path);
  char *slash = strrchr(trimmed, '/');
  AUTO_FREE char *directory = slash ? format("%.*s", (int)(slash - trimmed), trimmed) : xstrdup("");
  const char *name = slash ? slash + 1 : trimmed;
  AUTO_CLOSE int parent = make(root, directory, true, from, depth + 1);
  if (is_directory) {
    if (mkdirat(parent, name, 0755) && errno != EEXIST) die_errno("%s: mkdir %s in the root", from, path);
  } else {
    int made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (made < 0 && errno != EEXIST) die_errno("%s: create %s in the root", from, path);
    if (made >= 0) close(made);
  }
  fd = in_root(root, path);
  if (fd >= 0 || errno != ENOENT) {
    if (fd < 0) die_errno("%s: open %s in the root", from, path);
    return fd;
  }
  /* A dangling symbolic link: what it names is made. */
  AUTO_FREE char *elsewhere = link_target(parent, name, directory, from);
  return make(root, elsewhere, is_directory, from, depth + 1);
}

int make_in_root(int root, const char *path, bool directory, const char *from) { return make(root, path, directory, from, 0); }
