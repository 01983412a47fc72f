#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "fault.h"
#include "host_device.h"
#include "mounts.h"
#include "paths.h"

static mode_t type_of(const struct step *s) {
  const char *type = s->text[DEVICE_TYPE];
  return !strcmp(type, DEVICE_TYPE_BLOCK) ? S_IFBLK : !strcmp(type, DEVICE_TYPE_FIFO) ? S_IFIFO : S_IFCHR;
}

static dev_t number_of(const struct step *s) {
  return type_of(s) == S_IFIFO ? 0 : makedev((unsigned)s->number[DEVICE_MAJOR], (unsigned)s->number[DEVICE_MINOR]);
}

static mode_t mode_of(const struct step *s) { return (mode_t)s->number[DEVICE_MODE] & 07777; }

/* Binds the host's node in the place of one that cannot be made; false if there is none to bind. */
static bool bind_device(const struct step *s, int parent, const char *name) {
  const char *path = s->text[DEVICE_PATH];
  if (s->number[DEVICE_FALLBACK] == DEVICE_FALLBACK_NONE) return false;
  AUTO_CLOSE int tree = s->mount >= 0 ? s->mount : host_device(s);
  if (tree < 0) return false;
  AUTO_CLOSE int made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (made < 0 && errno != EEXIST) die_errno("%s: create %s", s->from, path);
  AUTO_CLOSE int target = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (target < 0) die_errno("%s: open %s", s->from, path);
  if (mount_attach(tree, target)) die_errno("%s: bind the host's %s", s->from, path);
  return true;
}

/* Something has the device's name: it is the device, or the place to bind it to, or it is refused. */
static void use_existing(const struct step *s, int parent, const char *name) {
  const char *path = s->text[DEVICE_PATH];
  mode_t type = type_of(s);
  struct stat st;
  if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW)) die_errno("%s: stat %s", s->from, path);
  /* The place that an earlier container of this root file system had its device bound to. */
  if (S_ISREG(st.st_mode) && st.st_size == 0 && bind_device(s, parent, name)) return;
  bool same = (st.st_mode & S_IFMT) == type && (type == S_IFIFO || st.st_rdev == number_of(s));
  if (!same) die("%s: %s exists and is not that device", s->from, path);
  /* It is not ours: it may be the host's, by a bind mount. It fits, or it is refused. */
  bool fits = (st.st_mode & 07777) == mode_of(s) && st.st_uid == (uid_t)s->number[DEVICE_UID] && st.st_gid == (gid_t)s->number[DEVICE_GID];
  if (!fits && s->number[DEVICE_FALLBACK] != DEVICE_FALLBACK_ANY) die("%s: %s exists with another mode or owner", s->from, path);
}

static void make_device(const struct step *s, int root) {
  const char *path = s->text[DEVICE_PATH];
  AUTO_FREE char *name = NULL;
  AUTO_CLOSE int parent = parent_in_root(root, path, &name, s->from);
  if (mknodat(parent, name, type_of(s) | mode_of(s), number_of(s))) {
    int error = errno;
    if (error == EEXIST) use_existing(s, parent, name);
    if (error == EEXIST || (error == EPERM && bind_device(s, parent, name))) return;
    errno = error;
    die_errno("%s: mknod %s", s->from, path);
  }
  if (fchownat(parent, name, (uid_t)s->number[DEVICE_UID], (gid_t)s->number[DEVICE_GID], AT_SYMLINK_NOFOLLOW))
    die_errno("%s: chown %s", s->from, path);
  if (fchmodat(parent, name, mode_of(s), 0)) die_errno("%s: chmod %s", s->from, path);
}

/* A link to what does not exist once the mounts are made is left out, and one that is there already is left alone. */
static void make_symlink(const struct step *s, int root) {
  const char *path = s->text[SYMLINK_PATH];
  AUTO_FREE char *name = NULL;
  AUTO_CLOSE int parent = parent_in_root(root, path, &name, s->from);
  int there = fault("links-of-an-earlier-container") ? 0 : EEXIST;
  if (symlinkat(s->text[SYMLINK_TARGET], parent, name) && errno != there && errno != EROFS) die_errno("%s: symlink %s", s->from, path);
}

void devices_make(const struct plan *plan, int root) {
  EACH(plan, DEVICE, s) make_device(s, root);
  EACH(plan, SYMLINK, s) make_symlink(s, root);
}
