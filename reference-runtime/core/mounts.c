#include "mounts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "c/file.h"
#include "c/memory.h"
#include "copy_up.h"
#include "die.h"
#include "fault.h"
#include "kernel.h"
#include "paths.h"

int mount_attach(int tree, int target) { return sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH); }

static void copy_up(const struct step *s, const char *destination, int covered, int root) {
  AUTO_CLOSE int from = openat(covered, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  AUTO_CLOSE int mounted = in_root(root, destination);
  AUTO_CLOSE int to = mounted < 0 ? -1 : openat(mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (from < 0 || to < 0) die_errno("%s: open %s", s->from, destination);
  copy_directory(from, to, s);
}

/* By proc and sysfs programs know the kernel, this runtime too: no link of an image decides where they are. */
static void refuse_link(const struct step *s, const char *type, const char *destination, int root) {
  struct stat st;
  if ((strcmp(type, "proc") && strcmp(type, "sysfs")) || fault("proc-mounted-through-link")) return;
  AUTO_FREE char *name = NULL;
  AUTO_CLOSE int parent = parent_in_root(root, destination, &name, s->from);
  if (!fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode))
    die("%s: a symbolic link is at %s: %s is mounted on directories alone", s->from, destination, type);
}

static void make_mount(const struct plan *plan, const struct step *s, int root) {
  const char *type = s->text[MOUNT_TYPE], *destination = s->text[MOUNT_DESTINATION];
  refuse_link(s, type, destination, root);
  AUTO_CLOSE int target = make_in_root(root, destination, true, s->from);
  if (s->mount >= 0) {
    if (mount_attach(s->mount, target)) die_errno("%s: attach the mount", s->from);
  } else if (mount(s->text[MOUNT_SOURCE], fd_path(target), type, (unsigned long)s->number[MOUNT_FLAGS], s->text[MOUNT_DATA])) {
    die_errno("%s: mount %s on %s", s->from, type, destination);
  }
  const struct step *copy = plan_next(plan, s, V_COPY_UP);
  if (copy) copy_up(copy, destination, target, root);
}

static void make_bind(const struct step *s, int root) {
  struct stat st;
  if (fstat(s->mount, &st)) die_errno("%s: stat %s", s->from, s->text[BIND_SOURCE]);
  AUTO_CLOSE int target = make_in_root(root, s->text[BIND_DESTINATION], S_ISDIR(st.st_mode), s->from);
  if (mount_attach(s->mount, target)) die_errno("%s: attach the mount", s->from);
}

/* Opens what is mounted at a destination. */
static int mounted_at(const struct step *s, const char *destination, int root) {
  int fd = in_root(root, destination);
  if (fd < 0) die_errno("%s: open %s in the root", s->from, destination);
  return fd;
}

static void remount(const struct step *s, int root) {
  const char *destination = s->text[REMOUNT_DESTINATION];
  AUTO_CLOSE int target = mounted_at(s, destination, root);
  if (mount(NULL, fd_path(target), NULL, MS_REMOUNT | (unsigned long)s->number[REMOUNT_FLAGS], s->text[REMOUNT_DATA]))
    die_errno("%s: remount %s", s->from, destination);
}

static void set_attributes(const struct step *s, int root) {
  const char *destination = s->text[MOUNT_ATTRIBUTES_DESTINATION];
  AUTO_CLOSE int target = mounted_at(s, destination, root);
  unsigned recursive = s->number[MOUNT_ATTRIBUTES_RECURSIVE] ? AT_RECURSIVE : 0;
  struct mount_attr attr = {.attr_set = (uint64_t)s->number[MOUNT_ATTRIBUTES_SET], .attr_clr = (uint64_t)s->number[MOUNT_ATTRIBUTES_CLEAR]};
  if (sys_mount_setattr(target, "", AT_EMPTY_PATH | recursive, &attr)) die_errno("%s: change the attributes of %s", s->from, destination);
}

static void set_propagation(const struct step *s, int root) {
  const char *destination = s->text[PROPAGATE_DESTINATION];
  AUTO_CLOSE int target = mounted_at(s, destination, root);
  if (mount(NULL, fd_path(target), NULL, (unsigned long)s->number[PROPAGATE_FLAGS], NULL))
    die_errno("%s: change the propagation of %s", s->from, destination);
}

void mounts_make(const struct plan *plan, int root) {
  for (const struct step *s = plan->steps; s < plan->steps + plan->count; s++) {
    if (s->verb == V_MOUNT) make_mount(plan, s, root);
    if (s->verb == V_BIND) make_bind(s, root);
    if (s->verb == V_REMOUNT) remount(s, root);
    if (s->verb == V_MOUNT_ATTRIBUTES) set_attributes(s, root);
    if (s->verb == V_PROPAGATE) set_propagation(s, root);
  }
}
