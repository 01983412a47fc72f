/* System calls and constants of newer kernels that a C library may lack. */
#ifndef KERNEL_H
#define KERNEL_H

#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#define OPEN_TREE_CLOEXEC 02000000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4U
#endif
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x200000
#endif

static inline int sys_open_tree(int dir, const char *path, unsigned flags) { return (int)syscall(SYS_open_tree, dir, path, flags); }
static inline int sys_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags) {
  return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}
static inline int sys_mount_setattr(int dir, const char *path, unsigned flags, struct mount_attr *attr) {
  return (int)syscall(SYS_mount_setattr, dir, path, flags, attr, sizeof *attr);
}
static inline int sys_fsopen(const char *type, unsigned flags) { return (int)syscall(SYS_fsopen, type, flags); }
static inline int sys_fsconfig(int fs, unsigned command, const char *key, const void *value, int aux) {
  return (int)syscall(SYS_fsconfig, fs, command, key, value, aux);
}
static inline int sys_fsmount(int fs, unsigned flags, unsigned attributes) { return (int)syscall(SYS_fsmount, fs, flags, attributes); }
static inline int sys_openat2(int dir, const char *path, struct open_how *how) {
  return (int)syscall(SYS_openat2, dir, path, how, sizeof *how);
}
/* The id of the mount that a directory is on. */
static inline int mount_id(int dir, const char *path, uint64_t *id) {
  struct statx st;
  if (syscall(SYS_statx, dir, path, 0, STATX_MNT_ID, &st)) return -1;
  *id = st.stx_mnt_id;
  return 0;
}
/* Descriptors from the first to the last (~0U: all above) are closed: at execve(2), or now. 0, or -1 with errno. */
static inline int close_range_on_exec(unsigned first) { return (int)syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC); }
static inline int close_range_now(unsigned first, unsigned last) { return (int)syscall(SYS_close_range, first, last, 0U); }
static inline pid_t sys_clone3(const struct clone_args *args) { return (pid_t)syscall(SYS_clone3, args, sizeof *args); }

#endif
