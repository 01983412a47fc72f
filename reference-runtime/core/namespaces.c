#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "die.h"
#include "kernel.h"

static const struct {
  const char *type;
  unsigned long flag;
} types[] = {{"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},  {"uts", CLONE_NEWUTS},       {"ipc", CLONE_NEWIPC},
             {"net", CLONE_NEWNET},   {"pid", CLONE_NEWPID}, {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME}};

enum { TYPES = sizeof types / sizeof *types };

unsigned long namespace_flag(const char *type) {
  for (size_t i = 0; i < TYPES; i++)
    if (!strcmp(types[i].type, type)) return types[i].flag;
  die("namespace %s: unknown type", type);
}

struct joining {
  const struct step *step;
  int fd; /* -1 once it is joined */
};

/* Joins those that are user namespaces, or those that are not. The first time it may be refused, since another has to be joined before. */
static void join_some(struct joining *all, size_t count, bool users, bool first_time) {
  for (size_t i = 0; i < count; i++) {
    struct joining *j = &all[i];
    const char *type = j->step->text[JOIN_TYPE];
    if (j->fd < 0 || !strcmp(type, "user") != users) continue;
    if (setns(j->fd, (int)namespace_flag(type))) {
      if (first_time && errno == EPERM) continue;
      die_errno("%s: join the %s namespace %s", j->step->from, type, j->step->text[JOIN_PATH]);
    }
    close(j->fd);
    j->fd = -1;
  }
}

/*
 * Root of the host joins the user namespace last, while it may still join the others; an ordinary user first, since only then it may. So
 * each is tried, and what was refused is tried again after the user namespace. Paths are opened before: the mount namespace changes them.
 */
void namespaces_join(const struct plan *plan) {
  struct joining all[TYPES];
  size_t count = 0;
  EACH(plan, JOIN, s) {
    if (count == TYPES) die("%s: too many namespaces", s->from);
    all[count] = (struct joining){s, open(s->text[JOIN_PATH], O_RDONLY | O_CLOEXEC)};
    if (all[count].fd < 0) die_errno("%s: open %s", s->from, s->text[JOIN_PATH]);
    count++;
  }
  for (int round = 0; round < 2; round++) {
    join_some(all, count, false, round == 0);
    join_some(all, count, true, round == 0);
  }
}

void namespaces_become_root(void) {
  /* EINVAL: id 0 need not be mapped. Then the ids stay, with all capabilities in the namespace. */
  if (syscall(SYS_setresgid, 0, 0, 0) && errno != EINVAL) die_errno("setresgid in the user namespace");
  if (syscall(SYS_setresuid, 0, 0, 0) && errno != EINVAL) die_errno("setresuid in the user namespace");
}
