#include "stage.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "channel.h"
#include "die.h"
#include "kernel.h"
#include "namespaces.h"

static void become_root(void) {
  namespaces_become_root();
  if (prctl(PR_SET_DUMPABLE, 1)) die_errno("prctl(PR_SET_DUMPABLE)");
}

static void set_time_offsets(const struct plan *plan) {
  static const char file[] = "/proc/self/timens_offsets";
  EACH(plan, TIME_OFFSET, s) {
    AUTO_FREE char *line = format("%s %s %s\n", s->text[TIME_OFFSET_CLOCK], s->text[TIME_OFFSET_SECONDS], s->text[TIME_OFFSET_NANOSECONDS]);
    if (write_setting(file, line)) die_errno("%s: write %s", s->from, file);
  }
}

/* Enters the namespaces that the plan joins, and the root's directory as it is seen there. */
static void join(const struct plan *plan) {
  const struct step *root = plan_find(plan, V_ROOT), *mount = plan_find_named(plan, V_JOIN, "mnt");
  const char *directory = root->text[ROOT_PATH];
  if (chdir(directory)) die_errno("%s: chdir %s", root->from, directory);
  namespaces_join(plan);
  if (mount && chdir(directory)) die_errno("%s: chdir %s in the mount namespace %s", root->from, directory, mount->text[JOIN_PATH]);
  if (plan_find_named(plan, V_JOIN, "user")) become_root();
}

/* Makes a user namespace, in which the runtime maps the ids. */
static void make_user_namespace(const struct stage *stage, const struct step *s) {
  if (unshare(CLONE_NEWUSER)) die_errno("%s: make a user namespace", s->from);
  channel_say(stage->socket, MESSAGE_USER_NAMESPACE_MADE);
  channel_await(stage->socket, MESSAGE_IDS_MAPPED);
  become_root();
}

static void make_time_namespace(const struct stage *stage, const struct step *s) {
  if (unshare(CLONE_NEWTIME)) die_errno("%s: make a time namespace", s->from);
  set_time_offsets(stage->plan);
}

void stage_spawn(const struct stage *stage, unsigned long flags) {
  struct clone_args args = {.flags = flags | CLONE_PARENT};
  if (stage->cgroup >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = (uint64_t)stage->cgroup;
  }
  pid_t pid = sys_clone3(&args);
  if (pid < 0) die_errno("linux.namespaces: clone");
  if (pid == 0) {
    stage->child(stage->argument);
    _exit(1);
  }
  AUTO_FREE char *text = format("%d", (int)pid);
  if (message_send(stage->socket, MESSAGE_PID, text)) kill(pid, SIGKILL);
  _exit(0);
}

void stage_main(const struct stage *stage) {
  const struct plan *plan = stage->plan;
  const struct step *users = plan_find_named(plan, V_NAMESPACE, "user"), *clocks = plan_find_named(plan, V_NAMESPACE, "time");
  die_to(stage->socket);
  join(plan);
  if (users) make_user_namespace(stage, users);
  if (clocks) make_time_namespace(stage, clocks);
  unsigned long flags = 0;
  EACH(plan, NAMESPACE, s) flags |= namespace_flag(s->text[ONLY]);
  /* Of a cgroup namespace, the root is where the process that makes it is: it is made by the child, in its cgroup. */
  stage_spawn(stage, flags & ~(unsigned long)(CLONE_NEWUSER | CLONE_NEWTIME | CLONE_NEWCGROUP));
}
