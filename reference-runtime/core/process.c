#include "process.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

void process_score(const struct plan *plan, pid_t pid) {
  const struct step *s = plan_find(plan, V_OOM_SCORE_ADJ);
  if (!s) return;
  AUTO_FREE char *path = format("/proc/%d/oom_score_adj", (int)pid);
  if (write_setting(path, s->text[0])) die_errno("%s: write %s", s->from, path);
}

static void set_scheduler(const struct step *s) {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } attr = {.size = 48,
            .policy = (uint32_t)s->number[0],
            .flags = (uint64_t)s->number[3],
            .nice = (int32_t)s->number[1],
            .priority = (uint32_t)s->number[2],
            .runtime = (uint64_t)s->number[4],
            .deadline = (uint64_t)s->number[5],
            .period = (uint64_t)s->number[6]};
  if (syscall(SYS_sched_setattr, 0, &attr, 0)) die_errno("%s: sched_setattr", s->from);
  /* Of policies other than SCHED_OTHER and SCHED_BATCH it leaves the nice value as it was. */
  if (attr.policy != 0 && attr.policy != 3 && attr.policy != 6 && setpriority(PRIO_PROCESS, 0, attr.nice))
    die_errno("%s.nice: setpriority", s->from);
}

/* `0-3,7` as bits; dies on what is no list. */
static size_t list_bits(const struct step *s, const char *list, unsigned long *bits, size_t limit) {
  size_t most = 0;
  memset(bits, 0, limit / 8);
  for (const char *at = list; *at;) {
    char *end;
    unsigned long from = strtoul(at, &end, 10), to = from;
    if (end == at) die("%s: \"%s\" is not a list of numbers", s->from, list);
    if (*end == '-') to = strtoul(end + 1, &end, 10);
    if (to < from || to >= limit || (*end && *end != ',')) die("%s: \"%s\" is not a list of numbers below %zu", s->from, list, limit);
    for (unsigned long n = from; n <= to; n++) bits[n / (8 * sizeof *bits)] |= 1UL << (n % (8 * sizeof *bits));
    if (to + 1 > most) most = to + 1;
    at = *end ? end + 1 : end;
  }
  return most;
}

enum { LIST_BITS = 4096 };

static void set_memory_policy(const struct step *s) {
  unsigned long nodes[LIST_BITS / (8 * sizeof(unsigned long))];
  size_t count = list_bits(s, s->text[1], nodes, LIST_BITS);
  /* The kernel takes one bit less than it is told. */
  if (syscall(SYS_set_mempolicy, (int)s->number[0], count ? nodes : NULL, count ? (unsigned long)LIST_BITS : 0UL))
    die_errno("%s: set_mempolicy", s->from);
}

static void set_affinity(const struct step *s) {
  unsigned long cpus[LIST_BITS / (8 * sizeof(unsigned long))];
  list_bits(s, s->text[1], cpus, LIST_BITS);
  if (syscall(SYS_sched_setaffinity, 0, sizeof cpus, cpus)) die_errno("%s: sched_setaffinity", s->from);
}

static void set_limits(const struct plan *plan) {
  EACH(plan, RLIMIT, s) {
    struct rlimit limit = {(rlim_t)s->number[1], (rlim_t)s->number[2]};
    if (setrlimit((int)s->number[0], &limit)) die_errno("%s: setrlimit", s->from);
  }
}

static void write_label(const struct step *s, const char *file) {
  AUTO_FREE char *value = s->verb == V_APPARMOR ? format("exec %s", s->text[0]) : xstrdup(s->text[0]);
  if (write_setting(file, value)) die_errno("%s: write %s", s->from, file);
}

/* Labels that the next execve(2) of this process takes on. */
static void set_labels(const struct plan *plan) {
  const struct step *s;
  if ((s = plan_find(plan, V_APPARMOR)) && *s->text[0])
    write_label(s, access("/proc/self/attr/apparmor/exec", F_OK) ? "/proc/self/attr/exec" : "/proc/self/attr/apparmor/exec");
  if ((s = plan_find(plan, V_SELINUX)) && *s->text[0]) write_label(s, "/proc/self/attr/exec");
}

/* Labels and limits hold only when the program starts; whether they can be set is tried in a child. */
static void try_for_later(const struct plan *plan) {
  if (!plan_find(plan, V_RLIMIT) && !plan_find(plan, V_APPARMOR) && !plan_find(plan, V_SELINUX)) return;
  pid_t pid = fork();
  if (pid < 0) die_errno("process: fork");
  if (pid == 0) {
    set_labels(plan);
    set_limits(plan);
    _exit(0);
  }
  int status;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status)) _exit(1);
}

void process_prepare(const struct plan *plan) {
  const struct step *s;
  if ((s = plan_find(plan, V_SCHEDULER))) set_scheduler(s);
  if ((s = plan_find(plan, V_IO_PRIORITY)) && syscall(SYS_ioprio_set, 1, 0, (int)s->number[0])) die_errno("%s: ioprio_set", s->from);
  if ((s = plan_find(plan, V_PERSONALITY)) && syscall(SYS_personality, (unsigned long)s->number[0]) < 0)
    die_errno("%s: personality", s->from);
  if ((s = plan_find(plan, V_MEMORY_POLICY))) set_memory_policy(s);
  EACH(plan, AFFINITY, each)
    if (!strcmp(each->text[0], "final")) set_affinity(each);
  try_for_later(plan);
}

enum { BOUNDING, EFFECTIVE, PERMITTED, INHERITABLE, AMBIENT, SETS };

/* What a process has, as masks. */
struct rights {
  uint64_t bounding, permitted, inheritable;
};

static uint64_t of_capability(const struct step *s) { return s->number[1] >= 0 && s->number[1] < 64 ? 1ULL << s->number[1] : 0; }

static int set_of(const struct step *s) {
  static const char *const names[SETS] = {"bounding", "effective", "permitted", "inheritable", "ambient"};
  for (int i = 0; i < SETS; i++)
    if (!strcmp(names[i], s->text[0])) return i;
  die("%s: %s: there is no such set of capabilities", s->from, s->text[0]);
}

/* What the plan asks for, less what the kernel would refuse to a process with these rights: the specification wants no error of that. */
static void grant(const struct plan *plan, const struct rights *have, uint64_t *sets) {
  memset(sets, 0, SETS * sizeof *sets);
  EACH(plan, CAPABILITY, s) sets[set_of(s)] |= of_capability(s);
  sets[BOUNDING] &= have->bounding;
  sets[PERMITTED] &= have->permitted;
  sets[EFFECTIVE] &= sets[PERMITTED];
  sets[INHERITABLE] &= have->inheritable | (have->permitted & sets[BOUNDING]);
  sets[AMBIENT] &= sets[PERMITTED] & sets[INHERITABLE];
}

static uint64_t read_bounding(bool all) {
  uint64_t bounding = 0;
  for (int cap = 0, is; cap < 64 && (is = prctl(PR_CAPBSET_READ, cap)) >= 0; cap++)
    if (is || all) bounding |= 1ULL << cap;
  return bounding;
}

static struct rights read_rights(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {0};
  if (syscall(SYS_capget, &header, data)) die_errno("process.capabilities: capget");
  return (struct rights){read_bounding(false), ((uint64_t)data[1].permitted << 32) | data[0].permitted,
                         ((uint64_t)data[1].inheritable << 32) | data[0].inheritable};
}

static void list(struct buf *to, const struct step *s) { buf_fmt(to, "%s%s (%s)", to->len ? ", " : "", s->text[2], s->from); }

void process_warn(const struct plan *plan, bool own_users) {
  if (!plan_find(plan, V_CAPABILITY)) return;
  /* Who enters a user namespace has everything there. */
  struct rights have = {read_bounding(true), ~0ULL, 0};
  if (!own_users) have = read_rights();
  uint64_t sets[SETS];
  grant(plan, &have, sets);
  uint64_t inheritable = 0;
  EACH(plan, CAPABILITY, s)
    if (set_of(s) == INHERITABLE) inheritable |= of_capability(s);
  struct buf unknown = {0}, refused = {0}, futile = {0};
  EACH(plan, CAPABILITY, s) {
    if (!of_capability(s)) list(&unknown, s);
    /* By the kernel's rule an ambient capability is an inheritable one too. Clients ask for it all the same, at every start. */
    else if (set_of(s) == AMBIENT && !(inheritable & of_capability(s))) list(&futile, s);
    else if (!(sets[set_of(s)] & of_capability(s))) list(&refused, s);
  }
  if (unknown.len) warn("unknown capabilities are left out: %s", unknown.data);
  if (futile.len) warn_in_log("ambient capabilities that are not inheritable are left out: %s", futile.data);
  if (refused.len) warn("capabilities that cannot be granted are left out: %s", refused.data);
  free(unknown.data);
  free(refused.data);
  free(futile.data);
}

static void drop_bounding(const struct plan *plan, const struct step *s) {
  uint64_t sets[SETS];
  struct rights have = {.bounding = read_bounding(false)};
  grant(plan, &have, sets);
  for (int cap = 0; cap < 64; cap++)
    if ((have.bounding & ~sets[BOUNDING]) >> cap & 1 && prctl(PR_CAPBSET_DROP, cap))
      die_errno("%s: drop bounding capability %d", s->from, cap);
}

/* A user namespace that an ordinary user made denies setgroups(2) even to its root: then the caller's groups stay, as they must. */
static bool denied_by_namespace(int error) { return error == EPERM && read_rights().permitted >> CAP_SETGID & 1; }

static void set_user(const struct plan *plan) {
  gid_t groups[65536];
  size_t count = 0;
  const char *from = "process.user";
  EACH(plan, GROUP, s) {
    if (count == sizeof groups / sizeof *groups) die("%s: too many groups", s->from);
    groups[count++] = (gid_t)s->number[0];
    from = s->from;
  }
  if (!plan_find(plan, V_DENY_SETGROUPS) && setgroups(count, groups)) {
    int error = errno;
    if (count > 0 || !denied_by_namespace(error)) {
      errno = error;
      die_errno("%s: setgroups", from);
    }
  }
  const struct step *user = plan_find(plan, V_USER);
  if (user && syscall(SYS_setresgid, (gid_t)user->number[1], (gid_t)user->number[1], (gid_t)user->number[1]))
    die_errno("%s: setresgid", user->from);
  if (user && syscall(SYS_setresuid, (uid_t)user->number[0], (uid_t)user->number[0], (uid_t)user->number[0]))
    die_errno("%s: setresuid", user->from);
}

static void set_capabilities(const struct plan *plan, const struct step *s, bool keep_admin) {
  struct rights have = read_rights();
  uint64_t granted[SETS];
  grant(plan, &have, granted);
  /* What is kept for loading the filter is gone with execve(2), whose outcome does not depend on the permitted set. */
  uint64_t admin = keep_admin ? 1ULL << CAP_SYS_ADMIN & have.permitted : 0;
  uint64_t effective = granted[EFFECTIVE] | admin, permitted = granted[PERMITTED] | admin, inheritable = granted[INHERITABLE];
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];
  for (int i = 0; i < 2; i++)
    data[i] = (struct __user_cap_data_struct){(uint32_t)(effective >> (32 * i)), (uint32_t)(permitted >> (32 * i)),
                                              (uint32_t)(inheritable >> (32 * i))};
  if (syscall(SYS_capset, &header, data)) die_errno("%s: capset", s->from);
  for (int cap = 0; cap < 64; cap++)
    if (granted[AMBIENT] >> cap & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
      die_errno("%s: raise ambient capability %d", s->from, cap);
}

static char **strings(const struct plan *plan, enum verb verb) {
  char **list = xmalloc((plan->count + 1) * sizeof *list);
  size_t n = 0;
  for (size_t i = 0; i < plan->count; i++)
    if (plan->steps[i].verb == verb) list[n++] = xstrdup(plan->steps[i].text[0]);
  list[n] = NULL;
  return list;
}

static const char *path_variable(char **env) {
  for (; *env; env++)
    if (!strncmp(*env, "PATH=", 5)) return *env + 5;
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* execvp(3) with the container's PATH; returns only on failure, with the first telling errno. */
static void execute(char **args, char **env) {
  if (strchr(args[0], '/')) {
    execve(args[0], args, env);
    return;
  }
  int denied = 0;
  for (const char *at = path_variable(env);;) {
    size_t length = strcspn(at, ":");
    AUTO_FREE char *path = length ? format("%.*s/%s", (int)length, at, args[0]) : xstrdup(args[0]);
    execve(path, args, env);
    if (errno == EACCES) denied = EACCES;
    else if (errno != ENOENT && errno != ENOTDIR) return;
    if (!at[length]) break;
    at += length + 1;
  }
  errno = denied ? denied : ENOENT;
}

void process_find(const struct plan *plan) {
  const struct step *program = plan_find(plan, V_ARG), *cwd = plan_find(plan, V_CWD);
  if (!program) return;
  const char *name = program->text[0];
  if (strchr(name, '/')) {
    AUTO_FREE char *path = *name == '/' ? xstrdup(name) : format("%s/%s", cwd ? cwd->text[0] : "/", name);
    if (access(path, F_OK) && errno == ENOENT) die_errno("%s: \"%s\"", program->from, name);
    return;
  }
  char **env = strings(plan, V_ENV);
  for (const char *at = path_variable(env);;) {
    size_t length = strcspn(at, ":");
    AUTO_FREE char *path = length ? format("%.*s/%s", (int)length, at, name) : xstrdup(name);
    if (access(path, F_OK) == 0 || errno != ENOENT) return;
    if (!at[length]) break;
    at += length + 1;
  }
  errno = ENOENT;
  die_errno("%s: \"%s\": executable file not found in $PATH", program->from, name);
}

void process_become(const struct plan *plan, mode_t umask_value, unsigned first_closed, int listener_socket) {
  char **args = strings(plan, V_ARG), **env = strings(plan, V_ENV);
  const struct step *cwd = plan_find(plan, V_CWD), *capabilities = plan_find(plan, V_CAPABILITIES), *filter = plan_find(plan, V_SECCOMP),
                    *s;
  bool restricted = plan_find(plan, V_NO_NEW_PRIVILEGES) != NULL;
  if (!args[0]) die("process.args: there is no program to run");
  set_labels(plan);
  int in_cwd = cwd ? chdir(cwd->text[0]) : 0;
  if (capabilities) drop_bounding(plan, capabilities);
  if (prctl(PR_SET_KEEPCAPS, 1)) die_errno("process.capabilities: keep capabilities");
  set_user(plan);
  /* Where only the user may go, or only root: one of the two suffices. */
  if (in_cwd && chdir(cwd->text[0])) die_errno("%s: chdir %s", cwd->from, cwd->text[0]);
  if (fault("descriptors-leak")) (void)dup(STDERR_FILENO);
  signals_reset();
  s = plan_find(plan, V_UMASK);
  umask(s ? (mode_t)s->number[0] : umask_value);
  if (!fault("descriptors-leak") && syscall(SYS_close_range, first_closed, ~0U, 4U)) die_errno("close other descriptors");
  set_limits(plan);
  if (capabilities) set_capabilities(plan, capabilities, filter && !restricted);
  (void)prctl(PR_SET_KEEPCAPS, 0);
  if (restricted && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) die_errno("process.noNewPrivileges");
  if (filter) seccomp_load(filter, plan_find(plan, V_LISTENER) ? listener_socket : -1);
  execute(args, env);
  int error = errno;
  const char *why = error == ENOENT && !strchr(args[0], '/') ? "executable file not found in $PATH" : "execve";
  errno = error;
  die_errno("process.args[0]: \"%s\": %s", args[0], why);
}
