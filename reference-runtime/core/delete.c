#include "delete.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/cgroup.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "cgroup_members.h"
#include "die.h"
#include "fault.h"
#include "hooks.h"
#include "proc.h"
#include "status.h"

enum { KILL_MS = 10000, UNMOUNT_MS = 10000 };

/* A frozen process dies only when thawed. */
static void thaw(const struct container *c) {
  const struct step *freezer = plan_find(&c->plan, V_FREEZER);
  if (!freezer || !container_frozen(c)) return;
  AUTO_FREE char *file = format("%s/%s", freezer->text[FREEZER_DIRECTORY], freezer->text[FREEZER_FILE]);
  if (write_setting(file, freezer->text[FREEZER_THAWED])) warn("write %s: %s", file, strerror(errno));
}

void container_kill_and_wait(const struct container *c) {
  unsigned long long started = process_start_time(c->pid);
  if (started == 0 || started != c->start_time) return;
  AUTO_CLOSE int process = pidfd_open(c->pid);
  if (process < 0 || process_start_time(c->pid) != c->start_time) return;
  if (pidfd_kill(process, SIGKILL) && errno != ESRCH) die_errno("kill process %d of the container", (int)c->pid);
  thaw(c);
  int ended = pidfd_wait(process, KILL_MS);
  if (ended < 0) die_errno("wait for process %d of the container", (int)c->pid);
  if (ended == 0) die("process %d of the container did not end within %d s of SIGKILL", (int)c->pid, KILL_MS / 1000);
}

static int unmount(const char *path) { return umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW); }

/* Does it in another mount namespace, which is entered by a child. */
static void unmount_in(const char *namespace, const char *path) {
  pid_t pid = fork();
  if (pid == 0) {
    AUTO_CLOSE int fd = open(namespace, O_RDONLY | O_CLOEXEC);
    _exit(fd < 0 || setns(fd, CLONE_NEWNS) || unmount(path));
  }
  AUTO_CLOSE int process = pid < 0 ? -1 : pidfd_open(pid);
  if (process < 0 || pidfd_wait(process, UNMOUNT_MS) != 1) warn("unmount %s in %s: %s", path, namespace, strerror(errno));
}

/* Where the mount namespace was not the container's own, its mounts are taken away again: with the root on itself, all below it. */
static void unmount_root(const struct container *c, const char *path) {
  const struct step *join = plan_find_named(&c->plan, V_JOIN, "mnt");
  if (join) unmount_in(join->text[JOIN_PATH], path);
  else (void)unmount(path); /* EINVAL: create did not come that far */
}

static void undo_made(const struct container *c, const char *kind, const char *path) {
  if (!strcmp(kind, MADE_CGROUP) && cgroup_remove(path)) warn("remove the cgroup %s: %s", path, strerror(errno));
  if (!strcmp(kind, MADE_RESCTRL) && rmdir(path) && errno != ENOENT) warn("rmdir %s: %s", path, strerror(errno));
  if (!strcmp(kind, MADE_ROOT)) unmount_root(c, path);
}

void container_destroy(const struct container *c) {
  cgroups_kill(&c->plan);
  if (!fault("delete-leaves-cgroup")) container_noted(c, undo_made);
  AUTO_FREE char *state = state_json(c, STOPPED, 0);
  container_forget(c);
  hooks_run_all(&c->plan, "poststop", state);
}

static void end_with_it(void *container) {
  container_kill_and_wait(container);
  container_destroy(container);
}

void container_dies_with_us(struct container *c) { before_death(end_with_it, c); }
