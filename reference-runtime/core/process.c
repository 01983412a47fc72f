#include "process.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attributes.h"
#include "c/child.h"
#include "capabilities.h"
#include "die.h"
#include "fault.h"
#include "kernel.h"
#include "program.h"
#include "seccomp.h"

struct caller caller_of(unsigned preserved) {
  struct caller caller = {umask(0), 3 + preserved};
  umask(caller.umask);
  return caller;
}

void process_prepare(const struct plan *plan) {
  attributes_set(plan);
  attributes_try(plan);
}

static void set_groups(const struct plan *plan) {
  gid_t groups[65536];
  size_t count = 0;
  const char *from = "process.user";
  EACH(plan, GROUP, s) {
    if (count == sizeof groups / sizeof *groups) die("%s: too many groups", s->from);
    groups[count++] = (gid_t)s->number[ONLY];
    from = s->from;
  }
  if (plan_find(plan, V_DENY_SETGROUPS) || !setgroups(count, groups)) return;
  int error = errno;
  /* A user namespace that an ordinary user made denies it even to its root: then the caller's groups stay, as they must. */
  if (count == 0 && error == EPERM && capability_permitted(CAP_SETGID)) return;
  errno = error;
  die_errno("%s: setgroups", from);
}

static void set_user(const struct plan *plan) {
  const struct step *s = plan_find(plan, V_USER);
  if (!s) return;
  uid_t uid = (uid_t)s->number[USER_UID];
  gid_t gid = (gid_t)s->number[USER_GID];
  if (syscall(SYS_setresgid, gid, gid, gid)) die_errno("%s: setresgid", s->from);
  if (syscall(SYS_setresuid, uid, uid, uid)) die_errno("%s: setresuid", s->from);
}

static void close_others(unsigned first) {
  if (fault("descriptors-leak")) (void)dup(STDERR_FILENO);
  else if (close_range_on_exec(first)) die_errno("close other descriptors");
}

/* Links of the kernel's own, as in /proc/self/fd, lead to whatever a process has open: the kernel knows no way there from the root. */
static void stay_inside(const struct step *cwd) {
  char path[4096];
  if (fault("host-directory-stays-open")) return;
  long length = syscall(SYS_getcwd, path, sizeof path);
  if (length > 0 && *path != '/') die("%s: %s leads out of the container", cwd->from, cwd->text[ONLY]);
}

/* Ids, groups and working directory. Where only the user may go, or only root, one of the two suffices. */
static void become_user(const struct plan *plan) {
  const struct step *cwd = plan_find(plan, V_CWD), *user = plan_find(plan, V_USER);
  for (int fd = 0; user && fd < 3 && fault("streams-given-to-user"); fd++)
    (void)!fchown(fd, (uid_t)user->number[USER_UID], (gid_t)user->number[USER_GID]);
  bool there = !cwd || !chdir(cwd->text[ONLY]);
  capabilities_drop_bounding(plan);
  if (prctl(PR_SET_KEEPCAPS, 1)) die_errno("process.capabilities: keep capabilities");
  set_groups(plan);
  set_user(plan);
  if (!there && chdir(cwd->text[ONLY])) die_errno("%s: chdir %s", cwd->from, cwd->text[ONLY]);
  if (cwd) stay_inside(cwd);
}

void process_become(const struct plan *plan, const struct caller *caller, int listener_socket) {
  const struct step *filter = plan_find(plan, V_SECCOMP), *mask = plan_find(plan, V_UMASK);
  bool restricted = plan_find(plan, V_NO_NEW_PRIVILEGES) != NULL;
  struct program program = program_of(plan);
  attributes_label(plan);
  become_user(plan);
  signals_reset();
  umask(mask ? (mode_t)mask->number[ONLY] : caller->umask);
  close_others(caller->first_closed);
  attributes_limit(plan);
  capabilities_set(plan, filter && !restricted);
  if (prctl(PR_SET_KEEPCAPS, 0)) die_errno("process.capabilities: keep no capabilities");
  if (restricted && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) die_errno("process.noNewPrivileges");
  if (filter) seccomp_load(filter, plan_find(plan, V_LISTENER) ? listener_socket : -1);
  program_execute(&program);
}
