/* The sandbox's own cgroups: one directory in each hierarchy, which the target sees as the root of that hierarchy. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/cgroup.h"
#include "c/file.h"
#include "c/memory.h"
#include "sandbox.h"
#include "sandbox_cgroup.h"
#include "sandbox_controllers.h"

static char *join(const char *directory, const char *name) {
  struct buf path = {0};
  buf_fmt(&path, "%s/%s", directory, name);
  return buf_take(&path);
}

static void put(const char *directory, const char *file, const char *value) {
  AUTO_FREE char *path = join(directory, file);
  (void)write_file(path, value, strlen(value), 0, 0);
}

/* The controllers of a v1 mount, or its name, from the super options: everything but what every mount has. */
static char *v1_options(const char *super) {
  struct buf out = {0};
  AUTO_FREE char *copy = xstrdup(super);
  for (char *save, *option = strtok_r(copy, ",", &save); option; option = strtok_r(NULL, ",", &save)) {
    if (!strcmp(option, "rw") || !strcmp(option, "ro") || strstr(option, "=") == option) continue;
    if (!strncmp(option, "release_agent", 13) || !strcmp(option, "xattr") || !strcmp(option, "clone_children")) continue;
    if (out.len) buf_str(&out, ",");
    buf_str(&out, option);
  }
  return buf_take(&out);
}

static void find_hierarchies(struct sandbox *s) {
  struct buf info = {0};
  if (read_file("/proc/self/mountinfo", &info, 8 << 20)) sandbox_fail("read /proc/self/mountinfo");
  for (char *save, *line = strtok_r(info.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    char *dash = strstr(line, " - "), target[4096], type[64], super[1024];
    if (!dash || sscanf(line, "%*s %*s %*s %*s %4095s", target) != 1) continue;
    if (sscanf(dash + 3, "%63s %*s %1023s", type, super) != 2 || strncmp(type, "cgroup", 6)) continue;
    if (strncmp(target, "/sys/fs/cgroup", 14) || s->hierarchy_count == MAX_HIERARCHIES) continue;
    s->hierarchies[s->hierarchy_count].mount = xstrdup(target);
    s->hierarchies[s->hierarchy_count++].options = strcmp(type, "cgroup2") ? v1_options(super) : NULL;
  }
  buf_free(&info);
}

/* Whether a process is in the group or below it, or may be. */
static bool is_populated(const char *path) {
  AUTO_FREE char *procs = join(path, "cgroup.procs");
  struct buf members = {0};
  bool populated = read_file(procs, &members, 64) || members.len > 0;
  buf_free(&members);
  DIR *dir = populated ? NULL : opendir(path);
  for (struct dirent *e; dir && !populated && (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
    AUTO_FREE char *below = join(path, e->d_name);
    populated = is_populated(below);
  }
  if (dir) closedir(dir);
  return populated;
}

/* Something of a hierarchy, locked; the kernel gives the lock back when its holder ends, however that happens. -1 when it cannot be. */
static int lock(const char *path, int how) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && flock(fd, how)) {
    close(fd);
    return -1;
  }
  return fd;
}

/* Whoever else makes or removes groups of ours in a hierarchy waits meanwhile. Its root itself may be what a run around this one has locked. */
static int take_turn(const char *mount) {
  AUTO_FREE char *procs = join(mount, "cgroup.procs");
  return lock(procs, LOCK_EX);
}

bool is_own_group(const char *name) {
  int pid, end = 0;
  return sscanf(name, "oci-conform-%d-%n", &pid, &end) == 1 && end > 0;
}

/* Removes what a killed run left: groups of ours that nobody has locked and nothing is in. */
static void remove_stale(const char *mount) {
  DIR *dir = opendir(mount);
  if (!dir) return;
  for (struct dirent *e; (e = readdir(dir));) {
    if (!is_own_group(e->d_name)) continue;
    AUTO_FREE char *path = join(mount, e->d_name);
    AUTO_CLOSE int free_now = lock(path, LOCK_EX | LOCK_NB);
    if (free_now >= 0 && !is_populated(path)) (void)cgroup_remove(path);
  }
  closedir(dir);
}

/* A v1 cpuset takes no process before it has CPUs and memory nodes. */
static void inherit_cpuset(const struct hierarchy *h) {
  static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
  for (int i = 0; i < 2; i++) {
    AUTO_FREE char *from = join(h->mount, files[i]);
    struct buf value = {0};
    if (!read_file(from, &value, 4096)) put(h->dir, files[i], value.data);
    buf_free(&value);
  }
}

/*
 * Where real time is shared out by groups, a new one has none, and nothing in it can have a real-time policy. Ours takes a twenty-fifth of each
 * second for as long as it is there: enough for a container, and for some that were removed a moment ago, which the kernel counts for a while yet.
 * Where the group above has nothing to give, ours stays without.
 */
static void take_realtime(const struct hierarchy *h) {
  AUTO_FREE char *path = join(h->dir, "cpu.rt_runtime_us");
  if (!access(path, F_OK)) put(h->dir, "cpu.rt_runtime_us", "40000");
}

static bool wanted(const struct sandbox *s, const struct hierarchy *h) {
  return s->view == VIEW_HOST || (s->view == VIEW_V1 && h->options) || (s->view == VIEW_V2 && !h->options);
}

static int make_group(const struct sandbox *s, struct hierarchy *h) {
  AUTO_FREE char *dir = join(h->mount, s->name);
  if (mkdir(dir, 0755)) return -1;
  h->dir = xstrdup(dir);
  h->lock = lock(dir, LOCK_EX | LOCK_NB);
  if (h->lock < 0) return -1;
  if (h->options && strstr(h->options, "cpuset")) inherit_cpuset(h);
  if (h->options) {
    take_realtime(h);
    return 0;
  }
  AUTO_FREE char *leaf = join(dir, "harness");
  return mkdir(leaf, 0755);
}

int cgroups_make(struct sandbox *s) {
  if (s->rootless) return 0;
  if (s->hierarchy_count == 0) find_hierarchies(s);
  for (int i = 0; i < s->hierarchy_count; i++) {
    struct hierarchy *h = &s->hierarchies[i];
    AUTO_CLOSE int turn = take_turn(h->mount);
    remove_stale(h->mount);
    if (!h->options) controllers_undo(h->mount);
    if (!wanted(s, h)) continue;
    if (!h->options && s->view == VIEW_V2) controllers_lend(h->mount);
    if (make_group(s, h)) return -1;
  }
  return 0;
}

void cgroups_unlock(struct sandbox *s) {
  for (int i = 0; i < s->hierarchy_count; i++)
    if (s->hierarchies[i].dir) close_fd(&s->hierarchies[i].lock);
}

void cgroups_enter(const struct sandbox *s) {
  for (int i = 0; i < s->hierarchy_count; i++) {
    if (!s->hierarchies[i].dir) continue;
    AUTO_FREE char *procs = join(s->hierarchies[i].dir, "cgroup.procs");
    if (write_file(procs, "0", 1, 0, 0)) sandbox_fail(procs);
  }
}

void cgroups_leaf(const struct sandbox *s) {
  for (int i = 0; i < s->hierarchy_count; i++) {
    if (!s->hierarchies[i].dir || s->hierarchies[i].options) continue;
    AUTO_FREE char *leaf = join(s->hierarchies[i].dir, "harness");
    AUTO_FREE char *procs = join(leaf, "cgroup.procs");
    if (write_file(procs, "0", 1, 0, 0)) sandbox_fail(procs);
    controllers_enable(s->hierarchies[i].dir);
  }
}

/* Mounts the wanted hierarchies anew: in the new cgroup namespace their root is the harness's own cgroup. */
void cgroups_mount(const struct sandbox *s) {
  /* An ordinary user cannot take the host's hierarchies away; they stay, read-only like everything of the host's. */
  if ((s->rootless && s->view == VIEW_HOST) || access("/sys/fs/cgroup", F_OK)) return;
  while (!umount2("/sys/fs/cgroup", MNT_DETACH)) continue;
  bool alone = s->view == VIEW_V2;
  for (int i = 0; s->view == VIEW_HOST && i < s->hierarchy_count; i++)
    if (s->hierarchies[i].dir && !strcmp(s->hierarchies[i].mount, "/sys/fs/cgroup")) alone = true;
  if (alone) {
    if (mount("cgroup", "/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME, NULL))
      sandbox_fail("mount cgroup2 on /sys/fs/cgroup");
    return;
  }
  if (mount("tmpfs", "/sys/fs/cgroup", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755"))
    sandbox_fail("mount tmpfs on /sys/fs/cgroup");
  for (int i = 0; i < s->hierarchy_count; i++) {
    const struct hierarchy *h = &s->hierarchies[i];
    if (!h->dir) continue;
    if (mkdir_p(h->mount, 0755)) sandbox_fail(h->mount);
    if (mount("cgroup", h->mount, h->options ? "cgroup" : "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME, h->options))
      sandbox_fail(h->mount);
  }
  if (mount(NULL, "/sys/fs/cgroup", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
    sandbox_fail("remount /sys/fs/cgroup");
}

void cgroups_remove(struct sandbox *s) {
  for (int i = 0; i < s->hierarchy_count; i++) {
    struct hierarchy *h = &s->hierarchies[i];
    if (!h->dir) continue;
    AUTO_CLOSE int turn = take_turn(h->mount);
    (void)cgroup_remove(h->dir);
    close_fd(&h->lock);
    if (!h->options) controllers_undo(h->mount);
    free(h->dir);
    h->dir = NULL;
  }
}
