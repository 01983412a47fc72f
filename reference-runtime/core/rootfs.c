#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "devices.h"
#include "die.h"
#include "fault.h"
#include "kernel.h"
#include "mounts.h"

/* Mounts made in a shared mount's tree would appear on the host: the mount that holds the root must not be shared. */
static void unshare_parent(const struct step *s) {
  uint64_t own;
  if (mount_id(AT_FDCWD, ".", &own)) die_errno("%s: statx", s->from);
  AUTO_BUF struct buf info = {0};
  if (read_file_at(AT_FDCWD, "/proc/self/mountinfo", &info)) die_errno("read /proc/self/mountinfo");
  for (char *save, *line = strtok_r(info.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    unsigned long long id;
    char target[4096];
    if (sscanf(line, "%llu %*s %*s %*s %4095s", &id, target) != 2 || id != own) continue;
    if (mount(NULL, target, NULL, MS_PRIVATE, NULL)) die_errno("%s: make %s private", s->from, target);
  }
}

static bool own_mount_namespace(const struct plan *plan) { return plan_find_named(plan, V_NAMESPACE, "mnt") != NULL; }

/* The root's directory becomes a mount of its own, with all that is mounted below it. */
static int open_root(const struct plan *plan) {
  const struct step *s = plan_find(plan, V_ROOT);
  AUTO_FREE char *real = realpath(s->text[ROOT_PATH], NULL);
  if (real && strcmp(real, s->text[ROOT_PATH]) && fault("root-behind-link-refused")) die("%s: is or has a symbolic link", s->from);
  unsigned long propagation = (unsigned long)s->number[ROOT_PROPAGATION];
  if (propagation) {
    if (mount(NULL, "/", NULL, propagation, NULL)) die_errno("%s: change the propagation of all mounts", s->from);
  } else if (own_mount_namespace(plan)) {
    unshare_parent(s);
  }
  int root = sys_open_tree(AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (root < 0) die_errno("%s: open the tree of %s", s->from, s->text[ROOT_PATH]);
  if (!propagation) {
    struct mount_attr attr = {.propagation = MS_PRIVATE};
    if (sys_mount_setattr(root, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr)) die_errno("%s: make the root private", s->from);
  }
  if (sys_move_mount(root, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH)) die_errno("%s: mount the root on itself", s->from);
  return root;
}

int rootfs_build(const struct plan *plan) {
  int root = open_root(plan);
  mounts_make(plan, root);
  devices_make(plan, root);
  return root;
}

/* Where pivot_root(2) is impossible (the host's root is a ramfs), the root is moved over the old one. */
static void move_root(const struct step *s) {
  if (mount(".", "/", NULL, MS_MOVE, NULL)) die_errno("%s: move the root", s->from);
  if (chroot(".")) die_errno("%s: chroot into the moved root", s->from);
}

static void pivot(const struct step *s) {
  AUTO_CLOSE int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (old < 0) die_errno("%s: open the old root", s->from);
  if (fault("host-directory-stays-open")) (void)dup(old);
  if (syscall(SYS_pivot_root, ".", ".")) {
    if (errno != EINVAL) die_errno("%s: pivot_root", s->from);
    move_root(s);
    return;
  }
  /* The old root lies over the new one now: its events end here, and it goes. */
  if (fchdir(old)) die_errno("%s: return to the old root", s->from);
  if (mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL)) die_errno("%s: part the old root from the host", s->from);
  if (umount2(".", MNT_DETACH)) die_errno("%s: leave the old root", s->from);
}

void rootfs_enter(const struct plan *plan, int root) {
  const struct step *s = plan_find(plan, V_ENTER);
  if (fchdir(root)) die_errno("%s: enter the root", s->from);
  if (!strcmp(s->text[ONLY], ENTER_PIVOT)) pivot(s);
  else if (chroot(".")) die_errno("%s: chroot", s->from);
  if (chdir("/")) die_errno("%s: chdir /", s->from);
  const struct step *propagation = plan_find(plan, V_ROOT_PROPAGATION);
  if (!propagation || !own_mount_namespace(plan)) return;
  if (mount(NULL, "/", NULL, (unsigned long)propagation->number[ONLY], NULL))
    die_errno("%s: set the root's propagation", propagation->from);
}
