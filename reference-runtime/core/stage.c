/*
 * The process between the runtime and the container's: it enters and makes the namespaces that its child shall be born in, then ends. The
 * child is the runtime's own (CLONE_PARENT).
 */
#include "stage.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "channel.h"
#include "kernel.h"

static void become_root(void) {
  namespaces_become_root();
  (void)prctl(PR_SET_DUMPABLE, 1);
}

static void set_time_offsets(const struct plan *plan) {
  EACH(plan, TIME_OFFSET, s) {
    AUTO_FREE char *line = format("%s %lld %lld\n", s->text[0], (long long)s->number[1], (long long)s->number[2]);
    if (write_setting("/proc/self/timens_offsets", line)) die_errno("%s: write /proc/self/timens_offsets", s->from);
  }
}

void stage_run(const struct plan *plan, int socket, int cgroup, void (*child)(void *), void *argument) {
  die_to(socket);
  const struct step *root = plan_find(plan, V_ROOT);
  if (chdir(root->text[0])) die_errno("%s: chdir %s", root->from, root->text[0]);
  const struct step *mount = plan_find_named(plan, V_JOIN, "mnt");
  namespaces_join(plan);
  if (mount && chdir(root->text[0])) die_errno("%s: chdir %s in the mount namespace %s", root->from, root->text[0], mount->text[1]);
  if (plan_find_named(plan, V_JOIN, "user")) become_root();
  unsigned long flags = 0;
  EACH(plan, NAMESPACE, s) flags |= namespace_flag(s->text[0]);
  if (flags & CLONE_NEWUSER) {
    if (unshare(CLONE_NEWUSER)) die_errno("%s: make a user namespace", plan_find_named(plan, V_NAMESPACE, "user")->from);
    channel_say(socket, 'u');
    channel_await(socket, 'm');
    become_root();
  }
  if (flags & CLONE_NEWTIME) {
    if (unshare(CLONE_NEWTIME)) die_errno("%s: make a time namespace", plan_find_named(plan, V_NAMESPACE, "time")->from);
    set_time_offsets(plan);
  }
  /* Of a cgroup namespace, the root is where the process that makes it is: it is made by the child, in its cgroup. */
  flags &= ~(unsigned long)(CLONE_NEWUSER | CLONE_NEWTIME | CLONE_NEWCGROUP);
  struct clone_args args = {.flags = flags | CLONE_PARENT | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0),
                            .cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0};
  pid_t pid = sys_clone3(&args);
  if (pid < 0) die_errno("linux.namespaces: clone");
  if (pid == 0) child(argument);
  AUTO_FREE char *told = format("p%d", (int)pid);
  if (send(socket, told, strlen(told), MSG_NOSIGNAL) < 0) kill(pid, SIGKILL);
  _exit(0);
}
