#include "attributes.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"

void attributes_score(const struct plan *plan, pid_t pid) {
  const struct step *s = plan_find(plan, V_OOM_SCORE_ADJ);
  if (!s) return;
  AUTO_FREE char *path = format("/proc/%d/oom_score_adj", (int)pid);
  if (write_setting(path, s->text[ONLY])) die_errno("%s: write %s", s->from, path);
}

static void set_scheduler(const struct step *s) {
  enum { OTHER = 0, BATCH = 3, DEADLINE = 6 }; /* the kernel's numbers of policies */
  /* sched_setattr(2)'s, in its first version. */
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attr = {.size = sizeof attr,
            .policy = (uint32_t)s->number[SCHEDULER_POLICY],
            .flags = (uint64_t)s->number[SCHEDULER_FLAGS],
            .nice = (int32_t)s->number[SCHEDULER_NICE],
            .priority = (uint32_t)s->number[SCHEDULER_PRIORITY],
            .runtime = (uint64_t)s->number[SCHEDULER_RUNTIME],
            .deadline = (uint64_t)s->number[SCHEDULER_DEADLINE],
            .period = (uint64_t)s->number[SCHEDULER_PERIOD]};
  if (syscall(SYS_sched_setattr, 0, &attr, 0)) die_errno("%s: sched_setattr", s->from);
  /* Of other policies it leaves the nice value as it was. */
  bool has_nice = attr.policy == OTHER || attr.policy == BATCH || attr.policy == DEADLINE;
  if (!has_nice && setpriority(PRIO_PROCESS, 0, attr.nice)) die_errno("%s.nice: setpriority", s->from);
}

enum { LIST_BITS = 4096, WORD_BITS = 8 * sizeof(unsigned long) };

/* CPUs or memory nodes. */
struct numbers {
  unsigned long bits[LIST_BITS / WORD_BITS];
  bool any;
};

/* `0-3,7` as bits; dies on what is no list. */
static struct numbers numbers_of(const struct step *s, const char *list) {
  struct numbers all = {.any = false};
  for (const char *at = list; *at;) {
    char *end;
    unsigned long from = strtoul(at, &end, 10), to = from;
    if (end == at) die("%s: \"%s\" is not a list of numbers", s->from, list);
    if (*end == '-') to = strtoul(end + 1, &end, 10);
    if (to < from || to >= LIST_BITS || (*end && *end != ','))
      die("%s: \"%s\" is not a list of numbers below %d", s->from, list, LIST_BITS);
    for (unsigned long n = from; n <= to; n++) all.bits[n / WORD_BITS] |= 1UL << (n % WORD_BITS);
    all.any = true;
    at = *end ? end + 1 : end;
  }
  return all;
}

static void set_memory_policy(const struct step *s) {
  struct numbers nodes = numbers_of(s, s->text[MEMORY_POLICY_NODES]);
  int mode = (int)s->number[MEMORY_POLICY_MODE];
  /* The kernel takes one bit less than it is told. */
  if (syscall(SYS_set_mempolicy, mode, nodes.any ? nodes.bits : NULL, nodes.any ? (unsigned long)LIST_BITS : 0UL))
    die_errno("%s: set_mempolicy", s->from);
}

static void set_affinity(const struct step *s) {
  struct numbers cpus = numbers_of(s, s->text[AFFINITY_CPUS]);
  if (syscall(SYS_sched_setaffinity, 0, sizeof cpus.bits, cpus.bits)) die_errno("%s: sched_setaffinity", s->from);
}

void attributes_set(const struct plan *plan) {
  enum { IOPRIO_WHO_PROCESS = 1 };
  const struct step *s;
  if ((s = plan_find(plan, V_SCHEDULER))) set_scheduler(s);
  if ((s = plan_find(plan, V_IO_PRIORITY)) && syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, (int)s->number[ONLY]))
    die_errno("%s: ioprio_set", s->from);
  if ((s = plan_find(plan, V_PERSONALITY)) && syscall(SYS_personality, (unsigned long)s->number[ONLY]) < 0)
    die_errno("%s: personality", s->from);
  if ((s = plan_find(plan, V_MEMORY_POLICY))) set_memory_policy(s);
  EACH(plan, AFFINITY, each)
    if (!strcmp(each->text[AFFINITY_WHEN], AFFINITY_FINAL)) set_affinity(each);
}

void attributes_limit(const struct plan *plan) {
  EACH(plan, RLIMIT, s) {
    struct rlimit limit = {(rlim_t)s->number[RLIMIT_SOFT], (rlim_t)s->number[RLIMIT_HARD]};
    if (setrlimit((int)s->number[RLIMIT_RESOURCE], &limit)) die_errno("%s: setrlimit", s->from);
  }
}

static void write_label(const struct step *s, const char *file, const char *value) {
  if (write_setting(file, value)) die_errno("%s: write %s", s->from, file);
}

void attributes_label(const struct plan *plan) {
  static const char file[] = "/proc/self/attr/exec", apparmor_file[] = "/proc/self/attr/apparmor/exec";
  const struct step *apparmor = plan_find(plan, V_APPARMOR), *selinux = plan_find(plan, V_SELINUX);
  if (apparmor && *apparmor->text[ONLY]) {
    AUTO_FREE char *value = format("exec %s", apparmor->text[ONLY]);
    write_label(apparmor, access(apparmor_file, F_OK) ? file : apparmor_file, value);
  }
  if (selinux && *selinux->text[ONLY]) write_label(selinux, file, selinux->text[ONLY]);
}

void attributes_try(const struct plan *plan) {
  if (!plan_find(plan, V_RLIMIT) && !plan_find(plan, V_APPARMOR) && !plan_find(plan, V_SELINUX)) return;
  pid_t pid = fork();
  if (pid < 0) die_errno("process: fork");
  if (pid == 0) {
    attributes_label(plan);
    attributes_limit(plan);
    _exit(0);
  }
  int status;
  if (wait_child(pid, &status)) die_errno("process: wait for the trial of labels and limits");
  /* It has told the runtime why. */
  if (status) _exit(1);
}
