#include <sched.h>

#include "create.h"
#include "kernel.h"

static const struct {
  const char *type;
  unsigned long flag;
} types[] = {{"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},  {"uts", CLONE_NEWUTS},       {"ipc", CLONE_NEWIPC},
             {"net", CLONE_NEWNET},   {"pid", CLONE_NEWPID}, {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME}};

unsigned long namespace_flag(const char *type) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!strcmp(types[i].type, type)) return types[i].flag;
  die("namespace %s: unknown type", type);
}

bool has_namespace(const struct plan *plan, const char *type) {
  return plan_find_named(plan, V_NAMESPACE, type) || plan_find_named(plan, V_JOIN, type);
}

struct joining {
  const struct step *step;
  int fd;
};

/*
 * Root of the host joins the user namespace last, while it may still join the others; an ordinary user first, since only then it may. So
 * each is tried, and what was refused is tried again after the user namespace. The mount namespace is the very last: paths are opened before.
 */
void namespaces_join(const struct plan *plan) {
  struct joining all[8];
  size_t count = 0;
  EACH(plan, JOIN, s) {
    if (count == 8) die("%s: too many namespaces", s->from);
    all[count] = (struct joining){s, open(s->text[1], O_RDONLY | O_CLOEXEC)};
    if (all[count].fd < 0) die_errno("%s: open %s", s->from, s->text[1]);
    count++;
  }
  for (int round = 0; round < 2; round++) {
    for (int user = 0; user < 2; user++)
      for (size_t i = 0; i < count; i++) {
        struct joining *j = &all[i];
        if (j->fd < 0 || (strcmp(j->step->text[0], "user") == 0) != (user == 1)) continue;
        if (setns(j->fd, (int)namespace_flag(j->step->text[0]))) {
          if (round == 0 && errno == EPERM) continue;
          die_errno("%s: join the %s namespace %s", j->step->from, j->step->text[0], j->step->text[1]);
        }
        close(j->fd);
        j->fd = -1;
      }
  }
}

void namespaces_become_root(void) {
  /* Id 0 need not be mapped: then the ids stay, with all capabilities in the namespace. */
  (void)!syscall(SYS_setresgid, 0, 0, 0);
  (void)!syscall(SYS_setresuid, 0, 0, 0);
}
