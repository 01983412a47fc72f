/* The sandbox's view of the file system: the host's tree read-only, and fresh /proc, /run, /dev, /tmp and cgroups. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "paths.h"
#include "sandbox.h"
#include "sandbox_cgroup.h"
#include "sandbox_mounts.h"

/* linux/mount.h and sys/mount.h do not go together; these are mount(2)'s. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);

enum { NOSUID = 2, NODEV = 4, NOEXEC = 8, BIND = 4096, REC = 16384, PRIVATE = 1 << 18, DETACH = 2 };

static void fresh(const char *type, const char *target, unsigned long flags, const char *data) {
  if (!mount(type, target, type, flags, data)) return;
  struct buf step = {0};
  buf_fmt(&step, "mount %s on %s", type, target);
  sandbox_fail(buf_take(&step));
}

static int set_attributes(const char *path, unsigned flags, uint64_t set, uint64_t clear) {
  struct mount_attr attr = {.attr_set = set, .attr_clr = clear};
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attr, sizeof attr);
}

static const struct {
  const char *path;
  unsigned major, minor;
} nodes[] = {{"/dev/null", 1, 3},    {"/dev/zero", 1, 5}, {"/dev/full", 1, 7},   {"/dev/random", 1, 8},
             {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},  {"/dev/fuse", 10, 229}};
enum { NODES = sizeof nodes / sizeof *nodes };

/* Nodes of our own, so that a target that changes their owner changes nothing of the host's. */
static void devices(void) {
  int host[NODES];
  for (int i = 0; i < NODES; i++) host[i] = open(nodes[i].path, O_PATH | O_CLOEXEC);
  fresh("tmpfs", "/dev", NOSUID, "mode=755");
  umask(0);
  for (int i = 0; i < NODES; i++) {
    if (host[i] < 0) continue;
    if (mknod(nodes[i].path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor))) {
      if (write_file(nodes[i].path, "", 0, O_CREAT, 0666) || mount(fd_path(host[i]), nodes[i].path, NULL, BIND, NULL))
        sandbox_fail(nodes[i].path);
    }
    close(host[i]);
  }
  mkdir("/dev/pts", 0755);
  mkdir("/dev/shm", 01777);
  mkdir("/dev/mqueue", 0755);
  fresh("devpts", "/dev/pts", NOSUID | NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
  fresh("tmpfs", "/dev/shm", NOSUID | NODEV, "mode=1777");
  (void)mount("mqueue", "/dev/mqueue", "mqueue", NOSUID | NODEV | NOEXEC, NULL);
  static const char *const links[][2] = {{"pts/ptmx", "/dev/ptmx"},
                                         {"/proc/self/fd", "/dev/fd"},
                                         {"/proc/self/fd/0", "/dev/stdin"},
                                         {"/proc/self/fd/1", "/dev/stdout"},
                                         {"/proc/self/fd/2", "/dev/stderr"}};
  for (size_t i = 0; i < sizeof links / sizeof *links; i++)
    if (symlink(links[i][0], links[i][1])) sandbox_fail(links[i][1]);
  umask(022);
}

/* A writable layer in memory over a directory whose content stays visible; where there can be none, an empty directory in memory. */
static void overlay(const char *path) {
  struct buf options = {0};
  const char *name = strcmp(path, "/tmp") ? "var-tmp" : "tmp";
  struct buf upper = {0}, work = {0};
  buf_fmt(&upper, "/run/.overlay/%s-upper", name);
  buf_fmt(&work, "/run/.overlay/%s-work", name);
  if (!mkdir_p(upper.data, 01777) && !mkdir_p(work.data, 0755) && !chmod(upper.data, 01777)) {
    buf_fmt(&options, "lowerdir=%s,upperdir=%s,workdir=%s", path, upper.data, work.data);
    if (mount("overlay", path, "overlay", NOSUID | NODEV, options.data)) (void)mount("tmpfs", path, "tmpfs", NOSUID | NODEV, "mode=1777");
  }
  buf_free(&options);
  buf_free(&upper);
  buf_free(&work);
}

/* Before the fresh /run hides them, but in this mount namespace: the kernel binds nothing across two. */
static void find_exposed(struct sandbox *s) {
  for (int i = 0; i < s->exposed_count; i++) {
    s->exposed_fds[i] = open(s->exposed[i], O_PATH | O_CLOEXEC);
    if (s->exposed_fds[i] < 0) sandbox_fail(s->exposed[i]);
  }
}

static void expose(const struct sandbox *s) {
  for (int i = 0; i < s->exposed_count; i++) {
    struct stat st;
    AUTO_FREE char *parent = xstrdup(s->exposed[i]);
    char *slash = strrchr(parent, '/');
    if (slash && slash != parent) *slash = 0;
    if (fstat(s->exposed_fds[i], &st) || mkdir_p(parent, 0755)) sandbox_fail(s->exposed[i]);
    if (S_ISDIR(st.st_mode) ? mkdir_p(s->exposed[i], 0755) : write_file(s->exposed[i], "", 0, O_CREAT, 0755)) sandbox_fail(s->exposed[i]);
    if (mount(fd_path(s->exposed_fds[i]), s->exposed[i], NULL, BIND, NULL)) sandbox_fail(s->exposed[i]);
    close(s->exposed_fds[i]);
  }
}

static void copy_self(void) {
  struct buf self = {0};
  if (read_file("/proc/self/exe", &self, 64 << 20)) sandbox_fail("read /proc/self/exe");
  if (mkdir_p(HOME, 0755) || write_file(AGENT_PATH, self.data, self.len, O_CREAT, 0755)) sandbox_fail(AGENT_PATH);
  buf_free(&self);
}

void sandbox_mounts(struct sandbox *s) {
  if (mount("", "/", NULL, REC | PRIVATE, NULL)) sandbox_fail("make / private");
  if (set_attributes("/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0)) sandbox_fail("make the host's tree read-only");
  (void)set_attributes("/sys", 0, 0, MOUNT_ATTR_RDONLY);
  find_exposed(s);
  if (mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC, NULL)) {
    bool covered = errno == EPERM && s->rootless;
    sandbox_refused("mount proc on /proc",
                    covered ? "the kernel refuses it where parts of /proc are covered, as in a container; start that with"
                              " --privileged, or --security-opt unmask=ALL"
                            : NULL);
  }
  /* Bundles live here: their devices and set-uid files must work. */
  fresh("tmpfs", "/run", 0, "mode=755");
  overlay("/tmp");
  overlay("/var/tmp");
  expose(s);
  devices();
  cgroups_mount(s);
  copy_self();
}
