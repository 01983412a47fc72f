/* A plan as text: a line a step, the verb, its arguments, and after `@` the property of config.json that it comes from. */
#ifndef PLAN_H
#define PLAN_H

#include "core.h"

/* name, arguments: s text, n number, x number or text in hexadecimal */
/* clang-format off */
#define VERBS(V) \
  V(STATE, "state", "s") \
  V(FAULT, "fault", "s") \
  V(NAMESPACE, "namespace", "s") \
  V(JOIN, "join", "ss") \
  V(MAP, "map", "snnn") \
  V(MAP_BY_HELPER, "map-by-helper", "") \
  V(DENY_SETGROUPS, "deny-setgroups", "") \
  V(TIME_OFFSET, "time-offset", "snn") \
  V(CGROUP, "cgroup", "sss") \
  V(CGROUP_ENABLE, "cgroup-enable", "sss") \
  V(CPUSET_INHERIT, "cpuset-inherit", "ss") \
  V(CGROUP_WRITE, "cgroup-write", "sss") \
  V(DEVICE_PROGRAM, "device-program", "sx") \
  V(CGROUP_OWNER, "cgroup-owner", "snn") \
  V(FREEZER, "freezer", "ssss") \
  V(RESCTRL, "resctrl", "sn") \
  V(RESCTRL_WRITE, "resctrl-write", "sss") \
  V(RESCTRL_JOIN, "resctrl-join", "s") \
  V(NET_DEVICE, "net-device", "ss") \
  V(HOSTNAME, "hostname", "s") \
  V(DOMAINNAME, "domainname", "s") \
  V(SYSCTL, "sysctl", "ss") \
  V(ROOT, "root", "sn") \
  V(MOUNT, "mount", "sssns") \
  V(BIND, "bind", "ssn") \
  V(IDMAP, "idmap", "snss") \
  V(REMOUNT, "remount", "sns") \
  V(MOUNT_ATTRIBUTES, "mount-attributes", "snnn") \
  V(PROPAGATE, "propagate", "sn") \
  V(COPY_UP, "copy-up", "s") \
  V(DEVICE, "device", "ssnnnnnn") \
  V(SYMLINK, "symlink", "ss") \
  V(ENTER, "enter", "s") \
  V(MASK, "mask", "s") \
  V(READONLY, "readonly", "s") \
  V(ROOT_READONLY, "root-readonly", "") \
  V(ROOT_PROPAGATION, "root-propagation", "n") \
  V(TERMINAL, "terminal", "nn") \
  V(ARG, "arg", "s") \
  V(ENV, "env", "s") \
  V(CWD, "cwd", "s") \
  V(USER, "user", "nn") \
  V(GROUP, "group", "n") \
  V(UMASK, "umask", "n") \
  V(RLIMIT, "rlimit", "nnn") \
  V(CAPABILITIES, "capabilities", "") \
  V(CAPABILITY, "capability", "sns") \
  V(NO_NEW_PRIVILEGES, "no-new-privileges", "") \
  V(OOM_SCORE_ADJ, "oom-score-adj", "n") \
  V(SCHEDULER, "scheduler", "nnnnnnn") \
  V(IO_PRIORITY, "io-priority", "n") \
  V(AFFINITY, "affinity", "ss") \
  V(PERSONALITY, "personality", "n") \
  V(MEMORY_POLICY, "memory-policy", "ns") \
  V(APPARMOR, "apparmor", "s") \
  V(SELINUX, "selinux", "s") \
  V(SECCOMP, "seccomp", "nx") \
  V(LISTENER, "listener", "ss") \
  V(HOOK, "hook", "ssn") \
  V(HOOK_ARG, "hook-arg", "s") \
  V(HOOK_ENV, "hook-env", "s")
/* clang-format on */

#define VERB_ENUM(id, name, args) V_##id,
enum verb { VERBS(VERB_ENUM) VERB_COUNT };

enum { MAX_ARGS = 8 };

struct step {
  enum verb verb;
  const char *from;
  const char *text[MAX_ARGS]; /* decoded; `n` as well */
  int64_t number[MAX_ARGS];   /* of the `n` */
  size_t prepared;            /* which prepared mount belongs to it, plus one; 0 for none */
};

struct plan {
  char *text; /* the steps' strings live here */
  struct step *steps;
  size_t count;
};

/* Parses a plan's text, which it takes over. Returns NULL, or what is wrong with it (to be freed); the plan is then empty. */
char *plan_parse(struct plan *plan, char *text, size_t length);
void plan_free(struct plan *plan);
/* The first step with that verb, or NULL. */
const struct step *plan_find(const struct plan *plan, enum verb verb);
const struct step *plan_find_named(const struct plan *plan, enum verb verb, const char *first);

/* Walks over all steps with a verb. */
#define EACH(plan, id, s) \
  for (struct step *s = (plan)->steps; s < (plan)->steps + (plan)->count; s++) \
    if (s->verb == V_##id)

/* Bytes of a string in hexadecimal; the parser has seen that it is one. */
void *unhex(const char *hex, size_t *length);

#endif
