#include "rootfs.h"

#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include "channel.h"
#include "kernel.h"
#include "mounts.h"
#include "paths.h"

/* Mounts made in a shared mount's tree would appear on the host: the mount that holds the root must not be shared. */
static void unshare_parent(const struct step *s) {
  uint64_t own;
  if (mount_id(AT_FDCWD, ".", &own)) die_errno("%s: statx", s->from);
  struct buf info = {0};
  if (read_file_at(AT_FDCWD, "/proc/self/mountinfo", &info)) die_errno("read /proc/self/mountinfo");
  for (char *save, *line = strtok_r(info.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    unsigned long long id;
    char target[4096];
    if (sscanf(line, "%llu %*s %*s %*s %4095s", &id, target) != 2 || id != own) continue;
    if (mount(NULL, target, NULL, MS_PRIVATE, NULL)) die_errno("%s: make %s private", s->from, target);
  }
  free(info.data);
}

static bool own_mount_namespace(const struct plan *plan) { return plan_find_named(plan, V_NAMESPACE, "mnt") != NULL; }

static int open_root(const struct plan *plan, const struct step *s) {
  if (s->number[1]) {
    if (mount(NULL, "/", NULL, (unsigned long)s->number[1], NULL)) die_errno("%s: change the propagation of all mounts", s->from);
  } else if (own_mount_namespace(plan)) {
    unshare_parent(s);
  }
  int root = sys_open_tree(AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (root < 0) die_errno("%s: open the tree of %s", s->from, s->text[0]);
  if (!s->number[1]) {
    struct mount_attr attr = {.propagation = MS_PRIVATE};
    if (sys_mount_setattr(root, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr)) die_errno("%s: make the root private", s->from);
  }
  if (sys_move_mount(root, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH)) die_errno("%s: mount the root on itself", s->from);
  return root;
}

static mode_t type_of(const char *type) { return *type == 'b' ? S_IFBLK : *type == 'p' ? S_IFIFO : S_IFCHR; }

/* Binds the host's node in the place of one that cannot be made; false if the host has none. */
static bool bind_device(const struct step *s, int parent, const char *name) {
  AUTO_CLOSE int tree = mounts_host_device(s);
  if (tree < 0) return false;
  int made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (made < 0 && errno != EEXIST) die_errno("%s: create %s", s->from, s->text[0]);
  if (made >= 0) close(made);
  AUTO_CLOSE int target = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (target < 0 || sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
    die_errno("%s: bind the host's %s", s->from, s->text[0]);
  return true;
}

static void make_device(const struct step *s, int root) {
  AUTO_FREE char *name = NULL;
  AUTO_CLOSE int parent = parent_in_root(root, s->text[0], &name, s->from);
  dev_t number = *s->text[1] == 'p' ? 0 : makedev((unsigned)s->number[2], (unsigned)s->number[3]);
  mode_t type = type_of(s->text[1]), mode = (mode_t)s->number[4] & 07777;
  if (mknodat(parent, name, type | mode, number)) {
    int error = errno;
    if (error == EPERM && bind_device(s, parent, name)) return;
    errno = error;
    if (errno != EEXIST) die_errno("%s: mknod %s", s->from, s->text[0]);
    struct stat st;
    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW)) die_errno("%s: stat %s", s->from, s->text[0]);
    /* The place that an earlier container of this root file system had its device bound to. */
    if (S_ISREG(st.st_mode) && st.st_size == 0 && bind_device(s, parent, name)) return;
    if ((st.st_mode & S_IFMT) != type || (type != S_IFIFO && st.st_rdev != number))
      die("%s: %s exists and is not that device", s->from, s->text[0]);
    /* It is not ours: it may be the host's, by a bind mount. It fits, or it is refused. */
    if (s->number[7] != 1 && ((st.st_mode & 07777) != mode || st.st_uid != (uid_t)s->number[5] || st.st_gid != (gid_t)s->number[6]))
      die("%s: %s exists with another mode or owner", s->from, s->text[0]);
    return;
  }
  if (fchownat(parent, name, (uid_t)s->number[5], (gid_t)s->number[6], AT_SYMLINK_NOFOLLOW)) die_errno("%s: chown %s", s->from, s->text[0]);
  if (fchmodat(parent, name, mode, 0)) die_errno("%s: chmod %s", s->from, s->text[0]);
}

/* A link to what does not exist once the mounts are made is left out, and one that is there already is left alone. */
static void make_symlink(const struct step *s, int root) {
  AUTO_FREE char *name = NULL;
  AUTO_CLOSE int parent = parent_in_root(root, s->text[1], &name, s->from);
  if (symlinkat(s->text[0], parent, name) && errno != EEXIST && errno != EROFS) die_errno("%s: symlink %s", s->from, s->text[1]);
}

int rootfs_build(const struct plan *plan) {
  const struct step *s = plan_find(plan, V_ROOT);
  int root = open_root(plan, s);
  mounts_make(plan, root);
  EACH(plan, DEVICE, device) make_device(device, root);
  EACH(plan, SYMLINK, link) make_symlink(link, root);
  return root;
}

static void cover(const struct step *s, int tree, int target) {
  if (tree < 0) die_errno("%s: open what covers %s", s->from, s->text[0]);
  struct mount_attr attr = {.propagation = MS_PRIVATE};
  (void)sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr);
  if (sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
    die_errno("%s: cover %s", s->from, s->text[0]);
  close(tree);
}

static int empty_directory(const struct step *s) {
  AUTO_CLOSE int fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);
  if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "755", 0) || sys_fsconfig(fs, FSCONFIG_SET_STRING, "size", "0", 0) ||
      sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
    die_errno("%s: make an empty file system", s->from);
  return sys_fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

void rootfs_cover(const struct plan *plan, int root) {
  EACH(plan, MASK, s) {
    AUTO_CLOSE int target = in_root(root, s->text[0]);
    struct stat st;
    if (target < 0 && (errno == ENOENT || errno == ENOTDIR)) continue;
    if (target < 0 || fstat(target, &st)) die_errno("%s: open %s", s->from, s->text[0]);
    cover(s, S_ISDIR(st.st_mode) ? empty_directory(s) : sys_open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC), target);
  }
  EACH(plan, READONLY, s) {
    AUTO_CLOSE int target = in_root(root, s->text[0]);
    if (target < 0 && (errno == ENOENT || errno == ENOTDIR)) continue;
    if (target < 0) die_errno("%s: open %s", s->from, s->text[0]);
    int tree = sys_open_tree(target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    if (tree >= 0 && sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
      die_errno("%s: make %s read-only", s->from, s->text[0]);
    cover(s, tree, target);
  }
  EACH(plan, ROOT_READONLY, s) {
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    if (sys_mount_setattr(root, "", AT_EMPTY_PATH, &attr)) die_errno("%s: make the root read-only", s->from);
  }
}

/* Where pivot_root(2) is impossible (the host's root is a ramfs), the root is moved over the old one. */
static void move_root(const struct step *s) {
  if (mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".")) die_errno("%s: move the root", s->from);
}

void rootfs_enter(const struct plan *plan, int root) {
  const struct step *s = plan_find(plan, V_ENTER);
  if (fchdir(root)) die_errno("%s: enter the root", s->from);
  if (!strcmp(s->text[0], "pivot")) {
    AUTO_CLOSE int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (syscall(SYS_pivot_root, ".", ".") == 0) {
      /* The old root lies over the new one now: its events end here, and it goes. */
      if (fchdir(old) || mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) || umount2(".", MNT_DETACH))
        die_errno("%s: leave the old root", s->from);
    } else if (errno == EINVAL) {
      move_root(s);
    } else {
      die_errno("%s: pivot_root", s->from);
    }
  } else if (chroot(".")) {
    die_errno("%s: chroot", s->from);
  }
  if (chdir("/")) die_errno("%s: chdir /", s->from);
  const struct step *propagation = plan_find(plan, V_ROOT_PROPAGATION);
  if (propagation && own_mount_namespace(plan) && mount(NULL, "/", NULL, (unsigned long)propagation->number[0], NULL))
    die_errno("%s: set the root's propagation", propagation->from);
}

void terminal_open(const struct step *s, int root, const char *devices, bool console, int socket, const struct step *user) {
  AUTO_FREE char *multiplexer = format("%s/ptmx", devices);
  AUTO_CLOSE int node = in_root(root, multiplexer);
  if (node < 0) die_errno("%s: %s: the container has no pseudoterminals", s->from, multiplexer);
  AUTO_CLOSE int master = open(fd_path(node), O_RDWR | O_NOCTTY | O_CLOEXEC);
  int unlocked = 0;
  if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked)) die_errno("%s: open %s", s->from, multiplexer);
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) die_errno("%s: open the pseudoterminal", s->from);
  struct winsize size = {.ws_row = (unsigned short)s->number[0], .ws_col = (unsigned short)s->number[1]};
  if ((size.ws_row || size.ws_col) && ioctl(slave, TIOCSWINSZ, &size)) die_errno("%s: set the terminal's size", s->from);
  if (user && fchown(slave, (uid_t)user->number[0], (gid_t)-1)) die_errno("%s: give the terminal to its user", s->from);
  if (console) {
    AUTO_FREE char *path = format("%s/console", devices);
    AUTO_CLOSE int target = make_in_root(root, path, false, s->from);
    int tree = sys_open_tree(slave, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (tree < 0 || sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
      die_errno("%s: bind the terminal on %s", s->from, path);
    close(tree);
  }
  static const char name[] = "/dev/ptmx";
  if (descriptor_send(socket, master, name, sizeof name - 1) < 0) die_errno("%s: send the terminal to the console socket", s->from);
  for (int fd = 0; fd < 3; fd++)
    if (dup2(slave, fd) < 0) die_errno("%s: dup2", s->from);
  if (ioctl(0, TIOCSCTTY, 0)) die_errno("%s: make it the controlling terminal", s->from);
  close(slave);
}
