#include "cgroup_members.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/clock.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "proc.h"

static bool is_v2(const struct step *cgroup) { return !strcmp(cgroup->text[CGROUP_KIND], CGROUP_V2); }

static void enter(const struct step *s, pid_t pid) {
  AUTO_FREE char *text = format("%d", (int)pid), *path = format("%s/cgroup.procs", s->text[CGROUP_DIRECTORY]);
  if (write_setting(path, text)) die_errno("%s: write %s to %s", s->from, text, path);
}

void cgroups_enter_v2(const struct plan *plan, pid_t pid) {
  EACH(plan, CGROUP, s)
    if (is_v2(s)) enter(s, pid);
}

void cgroups_enter(const struct plan *plan, pid_t pid) {
  EACH(plan, CGROUP, s) enter(s, pid);
}

void cgroups_open(const struct plan *plan, struct cgroup_files *files) {
  size_t count = 0;
  EACH(plan, CGROUP, s) {
    if (is_v2(s)) continue;
    if (count == MAX_HIERARCHIES) die("%s: more than %d hierarchies", s->from, MAX_HIERARCHIES);
    AUTO_FREE char *path = format("%s/tasks", s->text[CGROUP_DIRECTORY]);
    files->fds[count] = open(path, O_WRONLY | O_CLOEXEC);
    if (files->fds[count++] < 0) die_errno("%s: open %s", s->from, path);
  }
}

void cgroups_join(const struct plan *plan, const struct cgroup_files *files) {
  size_t count = 0;
  EACH(plan, CGROUP, s) {
    if (is_v2(s)) continue;
    if (write_all(files->fds[count], "0", 1)) die_errno("%s: write 0 to %s/tasks", s->from, s->text[CGROUP_DIRECTORY]);
    close(files->fds[count++]);
  }
}

int cgroup_v2_fd(const struct plan *plan) {
  EACH(plan, CGROUP, s) {
    if (!is_v2(s)) continue;
    int fd = open(s->text[CGROUP_DIRECTORY], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) die_errno("%s: open %s", s->from, s->text[CGROUP_DIRECTORY]);
    return fd;
  }
  return -1;
}

struct processes {
  pid_t *pids;
  size_t count;
};

static void add_process(struct processes *all, pid_t pid) {
  all->pids = xrealloc(all->pids, (all->count + 1) * sizeof *all->pids);
  all->pids[all->count++] = pid;
}

static void add_members(const char *directory, struct processes *all) {
  AUTO_FREE char *path = format("%s/cgroup.procs", directory);
  AUTO_BUF struct buf text = {0};
  if (read_file_at(AT_FDCWD, path, &text) == 0)
    for (char *save, *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) add_process(all, atoi(line));
  DIR *dir = opendir(directory);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
    AUTO_FREE char *below = format("%s/%s", directory, e->d_name);
    add_members(below, all);
  }
  if (dir) closedir(dir);
}

/* The members of a cgroup that knows all processes: none of the v1 ones is special. */
static struct processes members(const struct plan *plan) {
  struct processes all = {0};
  const struct step *group = plan_find(plan, V_CGROUP);
  if (group) add_members(group->text[CGROUP_DIRECTORY], &all);
  return all;
}

static void add_namespace(const char *identity, struct processes *all) {
  DIR *proc = opendir("/proc");
  if (!proc) die_errno("open /proc");
  for (struct dirent *e; (e = readdir(proc));) {
    pid_t pid = atoi(e->d_name);
    AUTO_FREE char *its = pid > 0 ? process_namespace(pid, "pid") : NULL;
    if (its && !strcmp(its, identity)) add_process(all, pid);
  }
  closedir(proc);
}

pid_t *container_processes(const struct container *c, size_t *count) {
  struct processes all = members(&c->plan);
  if (!plan_find(&c->plan, V_CGROUP)) {
    AUTO_FREE char *its = process_namespace(c->pid, "pid"), *ours = process_namespace(getpid(), "pid");
    /* In a shared PID namespace nothing but the first process is surely the container's. */
    if (its && ours && strcmp(its, ours)) add_namespace(its, &all);
    else if (process_start_time(c->pid)) add_process(&all, c->pid);
  }
  *count = all.count;
  return all.pids;
}

void cgroups_signal(const struct plan *plan, int signal) {
  struct processes all = members(plan);
  for (size_t i = 0; i < all.count; i++)
    if (all.pids[i] > 0 && kill(all.pids[i], signal) && errno != ESRCH) die_errno("send signal %d to process %d", signal, (int)all.pids[i]);
  free(all.pids);
}

void cgroups_kill(const struct plan *plan) {
  for (int64_t deadline = now_ms() + 5000; now_ms() < deadline;) {
    struct processes all = members(plan);
    for (size_t i = 0; i < all.count; i++) {
      if (all.pids[i] <= 0) continue;
      kill(all.pids[i], SIGKILL);
      AUTO_CLOSE int process = pidfd_open(all.pids[i]);
      if (process >= 0) (void)pidfd_wait(process, 100);
    }
    free(all.pids);
    if (all.count == 0) return;
  }
}
