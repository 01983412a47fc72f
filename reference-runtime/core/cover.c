#include "cover.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/file.h"
#include "die.h"
#include "kernel.h"
#include "mounts.h"
#include "paths.h"

static void cover(const struct step *s, int tree, int target) {
  const char *path = s->text[ONLY];
  if (tree < 0) die_errno("%s: open what covers %s", s->from, path);
  struct mount_attr attr = {.propagation = MS_PRIVATE};
  if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr)) die_errno("%s: make what covers %s private", s->from, path);
  if (mount_attach(tree, target)) die_errno("%s: cover %s", s->from, path);
  close(tree);
}

static int empty_directory(const struct step *s) {
  AUTO_CLOSE int fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);
  if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "755", 0) || sys_fsconfig(fs, FSCONFIG_SET_STRING, "size", "0", 0) ||
      sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
    die_errno("%s: make an empty file system", s->from);
  return sys_fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

/* Opens what a step covers; -1 if there is nothing. */
static int covered(const struct step *s, int root) {
  int target = in_root(root, s->text[ONLY]);
  if (target < 0 && errno != ENOENT && errno != ENOTDIR) die_errno("%s: open %s", s->from, s->text[ONLY]);
  return target;
}

static void mask(const struct step *s, int root) {
  AUTO_CLOSE int target = covered(s, root);
  if (target < 0) return;
  struct stat st;
  if (fstat(target, &st)) die_errno("%s: stat %s", s->from, s->text[ONLY]);
  cover(s, S_ISDIR(st.st_mode) ? empty_directory(s) : sys_open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), target);
}

static void make_readonly(const struct step *s, int root) {
  AUTO_CLOSE int target = covered(s, root);
  if (target < 0) return;
  int tree = sys_open_tree(target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
  if (tree >= 0 && sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
    die_errno("%s: make %s read-only", s->from, s->text[ONLY]);
  cover(s, tree, target);
}

void rootfs_cover(const struct plan *plan, int root) {
  EACH(plan, MASK, s) mask(s, root);
  EACH(plan, READONLY, s) make_readonly(s, root);
  EACH(plan, ROOT_READONLY, s) {
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    if (sys_mount_setattr(root, "", AT_EMPTY_PATH, &attr)) die_errno("%s: make the root read-only", s->from);
  }
}
