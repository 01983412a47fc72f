#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

#include "cgroup.h"
#include "create.h"
#include "hooks.h"
#include "kernel.h"

void container_kill_and_wait(const struct container *c) {
  unsigned long long started = process_start_time(c->pid);
  if (started == 0 || started != c->start_time) return;
  AUTO_CLOSE int process = pidfd_open(c->pid);
  if (process < 0 || process_start_time(c->pid) != c->start_time) return;
  if (pidfd_kill(process, SIGKILL) && errno != ESRCH) die_errno("kill process %d of the container", (int)c->pid);
  /* A frozen process dies only when thawed. */
  const struct step *freezer = plan_find(&c->plan, V_FREEZER);
  AUTO_FREE char *file = freezer ? format("%s/%s", freezer->text[0], freezer->text[1]) : NULL;
  if (file && container_frozen(c)) (void)write_setting(file, freezer->text[3]);
  struct pollfd ended = {.fd = process, .events = POLLIN};
  int ready;
  do ready = poll(&ended, 1, 10000);
  while (ready < 0 && errno == EINTR);
  if (ready == 0) die("process %d of the container did not end within 10 s of SIGKILL", (int)c->pid);
}

/* Where the mount namespace was not the container's own, its mounts are taken away again: with the root on itself, all below it. */
static void unmount_root(const struct container *c, const char *path) {
  const struct step *join = plan_find_named(&c->plan, V_JOIN, "mnt");
  if (!join) {
    umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    return;
  }
  pid_t pid = fork();
  if (pid == 0) {
    AUTO_CLOSE int namespace = open(join->text[1], O_RDONLY | O_CLOEXEC);
    if (namespace >= 0 && setns(namespace, CLONE_NEWNS) == 0) umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    _exit(0);
  }
  struct pollfd none = {.fd = pidfd_open(pid), .events = POLLIN};
  poll(&none, 1, 10000);
  close(none.fd);
}

static void undo_made(const struct container *c, const char *kind, const char *path) {
  if (!strcmp(kind, "cgroup")) cgroup_remove(path);
  else if (!strcmp(kind, "resctrl")) rmdir(path);
  else if (!strcmp(kind, "root")) unmount_root(c, path);
}

void container_destroy(struct container *c) {
  cgroups_kill(&c->plan);
  if (!fault("delete-leaves-cgroup")) container_noted(c, undo_made);
  AUTO_FREE char *state = state_json(c, &c->plan, STOPPED, 0);
  container_forget(c);
  hooks_run_all(&c->plan, "poststop", state);
}
