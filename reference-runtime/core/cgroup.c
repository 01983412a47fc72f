#include "cgroup.h"

#include <dirent.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include "kernel.h"

/* Directories from the mount's root down to the cgroup, the mount itself excluded: calls for each, outermost first. */
static void each_level(const char *directory, const char *mount, void (*visit)(const char *path, const char *parent, const void *context),
                       const void *context) {
  size_t top = strlen(mount);
  if (strncmp(directory, mount, top)) die("cgroup %s is not below %s", directory, mount);
  for (size_t i = top + 1; i <= strlen(directory); i++) {
    if (directory[i] != '/' && directory[i] != 0) continue;
    AUTO_FREE char *path = format("%.*s", (int)i, directory);
    AUTO_FREE char *parent = format("%.*s", (int)(strrchr(path, '/') - path), path);
    visit(path, parent, context);
  }
}

struct making {
  const struct container *container;
  const struct step *step;
};

static void make_level(const char *path, const char *parent, const void *context) {
  const struct making *making = context;
  (void)parent;
  if (access(path, F_OK) == 0) return;
  if (making->container) container_note(making->container, "cgroup", path);
  if (mkdir(path, 0755) && errno != EEXIST) die_errno("%s: mkdir %s", making->step->from, path);
}

static void enable_level(const char *path, const char *parent, const void *context) {
  const struct step *s = context;
  (void)path;
  AUTO_FREE char *file = format("%s/cgroup.subtree_control", parent);
  AUTO_FREE char *command = format("+%s", s->text[0]);
  struct buf enabled = {0};
  if (read_file_at(AT_FDCWD, file, &enabled)) die_errno("%s: read %s", s->from, file);
  bool there = false;
  for (char *save, *word = strtok_r(enabled.data, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
    there |= !strcmp(word, s->text[0]);
  free(enabled.data);
  if (!there && write_setting(file, command)) die_errno("%s: enable the %s controller in %s", s->from, s->text[0], file);
}

static void inherit_level(const char *path, const char *parent, const void *context) {
  const struct step *s = context;
  static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
  for (int i = 0; i < 2; i++) {
    AUTO_FREE char *own = format("%s/%s", path, files[i]);
    AUTO_FREE char *above = format("%s/%s", parent, files[i]);
    struct buf mine = {0}, theirs = {0};
    if (read_file_at(AT_FDCWD, own, &mine) || read_file_at(AT_FDCWD, above, &theirs)) die_errno("%s: read %s", s->from, own);
    if (mine.data[strspn(mine.data, " \n")] == 0 && write_setting(own, theirs.data)) die_errno("%s: write %s", s->from, own);
    free(mine.data);
    free(theirs.data);
  }
}

/* The part of `a|b|c` with that index; the last one if there are fewer. */
static char *alternative(const char *text, size_t index, bool *last) {
  for (;; index--) {
    const char *bar = strchr(text, '|');
    *last = !bar;
    if (index == 0 || !bar) return bar ? format("%.*s", (int)(bar - text), text) : xstrdup(text);
    text = bar + 1;
  }
}

static void write_limit(const struct step *s) {
  const char *directory = s->text[0], *files = s->text[1], *values = s->text[2];
  bool choice = strchr(files, '|') != NULL, last = false;
  for (size_t i = 0; !last; i++) {
    AUTO_FREE char *file = choice ? alternative(files, i, &last) : xstrdup(files);
    bool ignored;
    AUTO_FREE char *value = choice ? alternative(values, i, &ignored) : xstrdup(values);
    if (!choice) last = true;
    if (!*file) return;
    AUTO_FREE char *path = format("%s/%s", directory, file);
    if (!last && access(path, F_OK)) continue;
    if (write_setting(path, value)) die_errno("%s: write \"%s\" to %s", s->from, value, path);
    return;
  }
}

static void attach_device_program(const struct step *s) {
  size_t length;
  AUTO_FREE void *instructions = unhex(s->text[1], &length);
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                         .insn_cnt = (uint32_t)(length / 8),
                         .insns = (uintptr_t)instructions,
                         .license = (uintptr_t)"Apache-2.0"};
  AUTO_CLOSE int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
  if (program < 0) die_errno("%s: load the device program", s->from);
  AUTO_CLOSE int group = open(s->text[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (group < 0) die_errno("%s: open %s", s->from, s->text[0]);
  /* Without flags an earlier program is replaced. */
  union bpf_attr attach = {.target_fd = (uint32_t)group, .attach_bpf_fd = (uint32_t)program, .attach_type = BPF_CGROUP_DEVICE};
  if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach)) die_errno("%s: attach the device program to %s", s->from, s->text[0]);
}

static void give_away(const struct step *s) {
  static const char *const files[] = {"", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    AUTO_FREE char *path = format("%s%s", s->text[0], files[i]);
    if (chown(path, (uid_t)s->number[1], (gid_t)s->number[2]) && errno != ENOENT) die_errno("%s: chown %s", s->from, path);
  }
}

static void cgroups_write(const struct plan *plan) {
  EACH(plan, CGROUP_WRITE, s) write_limit(s);
  EACH(plan, DEVICE_PROGRAM, s) attach_device_program(s);
}

void cgroups_make(const struct container *c, const struct plan *plan) {
  EACH(plan, CGROUP, s) {
    struct making making = {c, s};
    each_level(s->text[1], s->text[2], make_level, &making);
  }
  EACH(plan, CGROUP_ENABLE, s) each_level(s->text[1], s->text[2], enable_level, s);
  EACH(plan, CPUSET_INHERIT, s) each_level(s->text[0], s->text[1], inherit_level, s);
  cgroups_write(plan);
  EACH(plan, CGROUP_OWNER, s) give_away(s);
}

void cgroups_enter(const struct plan *plan, pid_t pid, bool v1) {
  AUTO_FREE char *text = format("%d", (int)pid);
  EACH(plan, CGROUP, s) {
    if (!v1 && strcmp(s->text[0], "v2")) continue;
    AUTO_FREE char *path = format("%s/cgroup.procs", s->text[1]);
    if (write_setting(path, text)) die_errno("%s: write %s to %s", s->from, text, path);
  }
}

enum { HIERARCHIES = 32 };
static int opened[HIERARCHIES];

void cgroups_open(const struct plan *plan) {
  size_t count = 0;
  EACH(plan, CGROUP, s) {
    if (!strcmp(s->text[0], "v2")) continue;
    if (count == HIERARCHIES) die("%s: more than %d hierarchies", s->from, HIERARCHIES);
    AUTO_FREE char *path = format("%s/tasks", s->text[1]);
    opened[count] = open(path, O_WRONLY | O_CLOEXEC);
    if (opened[count++] < 0) die_errno("%s: open %s", s->from, path);
  }
}

void cgroups_join(const struct plan *plan) {
  size_t count = 0;
  EACH(plan, CGROUP, s) {
    if (!strcmp(s->text[0], "v2")) continue;
    if (write_all(opened[count], "0", 1)) die_errno("%s: write 0 to %s/tasks", s->from, s->text[1]);
    close(opened[count++]);
  }
}

int cgroup_v2_fd(const struct plan *plan) {
  EACH(plan, CGROUP, s) {
    if (strcmp(s->text[0], "v2")) continue;
    int fd = open(s->text[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) die_errno("%s: open %s", s->from, s->text[1]);
    return fd;
  }
  return -1;
}

static void add_members(const char *directory, pid_t **pids, size_t *count) {
  AUTO_FREE char *path = format("%s/cgroup.procs", directory);
  struct buf text = {0};
  if (read_file_at(AT_FDCWD, path, &text) == 0)
    for (char *save, *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
      *pids = xrealloc(*pids, (*count + 1) * sizeof **pids);
      (*pids)[(*count)++] = atoi(line);
    }
  free(text.data);
  DIR *dir = opendir(directory);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
    AUTO_FREE char *below = format("%s/%s", directory, e->d_name);
    add_members(below, pids, count);
  }
  if (dir) closedir(dir);
}

/* The cgroup that knows all processes: none of the v1 ones is special. */
static pid_t *members(const struct plan *plan, size_t *count) {
  pid_t *pids = NULL;
  *count = 0;
  const struct step *group = plan_find(plan, V_CGROUP);
  if (group) add_members(group->text[1], &pids, count);
  return pids;
}

void cgroups_signal(const struct plan *plan, int signal) {
  size_t count;
  AUTO_FREE pid_t *pids = members(plan, &count);
  for (size_t i = 0; i < count; i++)
    if (pids[i] > 0) kill(pids[i], signal);
}

void cgroups_kill(const struct plan *plan) {
  for (int64_t until = now_ms() + 5000; now_ms() < until;) {
    size_t count;
    AUTO_FREE pid_t *pids = members(plan, &count);
    if (count == 0) return;
    for (size_t i = 0; i < count; i++) {
      if (pids[i] <= 0) continue;
      kill(pids[i], SIGKILL);
      AUTO_CLOSE int handle = pidfd_open(pids[i]);
      struct pollfd ended = {.fd = handle, .events = POLLIN};
      if (handle >= 0) poll(&ended, 1, 100);
    }
  }
}

static bool same_namespace(pid_t pid, const char *wanted) {
  char path[64], link[128];
  snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
  ssize_t length = readlink(path, link, sizeof link - 1);
  if (length < 0) return false;
  link[length] = 0;
  return !strcmp(link, wanted);
}

pid_t *container_processes(const struct container *c, size_t *count) {
  pid_t *pids = members(&c->plan, count);
  if (plan_find(&c->plan, V_CGROUP)) return pids;
  char path[64], wanted[128], ours[128];
  snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)c->pid);
  ssize_t length = readlink(path, wanted, sizeof wanted - 1), own = readlink("/proc/self/ns/pid", ours, sizeof ours - 1);
  if (length >= 0) wanted[length] = 0;
  if (own >= 0) ours[own] = 0;
  /* In a shared PID namespace nothing but the first process is surely the container's. */
  bool alone = length < 0 || !strcmp(wanted, ours);
  DIR *proc = alone ? NULL : opendir("/proc");
  for (struct dirent *e; proc && (e = readdir(proc));) {
    pid_t pid = atoi(e->d_name);
    if (pid <= 0 || !same_namespace(pid, wanted)) continue;
    pids = xrealloc(pids, (*count + 1) * sizeof *pids);
    pids[(*count)++] = pid;
  }
  if (proc) closedir(proc);
  if (alone && process_start_time(c->pid)) {
    pids = xrealloc(pids, sizeof *pids);
    pids[(*count)++] = c->pid;
  }
  return pids;
}

void cgroup_remove(const char *directory) {
  DIR *dir = opendir(directory);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
    AUTO_FREE char *below = format("%s/%s", directory, e->d_name);
    cgroup_remove(below);
  }
  if (dir) closedir(dir);
  /* The last process may still be on its way out. */
  for (int tries = 0; rmdir(directory) && errno == EBUSY && tries < 500; tries++) usleep(1000);
}
