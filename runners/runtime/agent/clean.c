/*
 * Reports what a case left behind, then removes it, so that the next case finds the sandbox as the first one did. What it
 * cannot undo makes the sandbox damaged: after the batch a new one takes its place.
 */
#include "clean.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/clock.h"
#include "c/file.h"
#include "clean_cgroups.h"
#include "clean_state.h"
#include "events.h"
#include "fixtures.h"
#include "paths.h"
#include "run.h"
#include "seccomp_agent.h"
#include "slots.h"

enum { MAX_LEFT = 1024, GRACE_MS = 200, KILL_ROUNDS = 200 };

static bool damaged;

bool is_damaged(void) { return damaged; }

/* Whether the process is there and no zombie; then its name, too. */
static bool alive(pid_t pid, char *comm, size_t size) {
  struct buf path = {0}, stat = {0};
  buf_fmt(&path, "/proc/%d/stat", pid);
  int failed = read_file(path.data, &stat, 4096);
  char *open = stat.data ? strchr(stat.data, '(') : NULL, *close = stat.data ? strrchr(stat.data, ')') : NULL;
  bool lives = !failed && open && close && close[1] == ' ' && close[2] != 'Z' && close[2] != 'X';
  if (lives) snprintf(comm, size, "%.*s", (int)(close - open - 1), open + 1);
  buf_free(&path);
  buf_free(&stat);
  return lives;
}

/* The processes of the sandbox but the worker; returns how many. */
static int processes(pid_t *pids, int most) {
  DIR *proc = opendir("/proc");
  int count = 0;
  if (!proc) return 0;
  for (struct dirent *e; (e = readdir(proc)) && count < most;) {
    pid_t pid = (pid_t)atoi(e->d_name);
    char comm[64];
    if (pid > 1 && alive(pid, comm, sizeof comm)) pids[count++] = pid;
  }
  closedir(proc);
  return count;
}

/* Processes that are about to end, such as those of a container that was just killed, get a moment, no more. */
static void report_processes(struct list *list) {
  static pid_t pids[MAX_LEFT];
  int count = processes(pids, MAX_LEFT);
  int64_t deadline = now_ms() + GRACE_MS;
  for (int i = 0; i < count; i++) {
    char comm[64];
    if (is_fixture_process(pids[i])) continue;
    AUTO_CLOSE int pidfd = (int)syscall(SYS_pidfd_open, pids[i], 0);
    while (pidfd >= 0 && !is_readable(pidfd) && pump(deadline, pidfd)) continue;
    pump_ready();
    if (!alive(pids[i], comm, sizeof comm)) continue;
    field_num(&list->fields, pids[i]);
    list_add(list, comm);
  }
}

/* False when one does not even die of SIGKILL. */
static bool kill_all(void) {
  static pid_t pids[MAX_LEFT];
  for (int round = 0; round < KILL_ROUNDS; round++) {
    int count = processes(pids, MAX_LEFT);
    if (count == 0) return true;
    for (int i = 0; i < count; i++) kill(pids[i], SIGKILL);
    AUTO_CLOSE int pidfd = (int)syscall(SYS_pidfd_open, pids[0], 0);
    pump(now_ms() + 10, pidfd);
  }
  return false;
}

static bool is_in(const char *name, const char *const *names) {
  for (; *names; names++)
    if (!strcmp(name, *names)) return true;
  return false;
}

/* Empties a directory of the sandbox's own, but for what keep names; other file systems stay. False when something stayed. */
static bool empty_directory(const char *path, const char *const *keep) {
  static const char *const always[] = {".", "..", NULL};
  struct stat st;
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st)) return false;
  DIR *dir = fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!dir) return false;
  bool emptied = true;
  for (struct dirent *e; (e = readdir(dir));) {
    if (is_in(e->d_name, always) || is_in(e->d_name, keep)) continue;
    if (remove_tree(fd, e->d_name, st.st_dev)) emptied = false;
  }
  closedir(dir);
  return emptied;
}

/* The directory of the last case, out of the way: removed when there is time. */
static const char REMAINS[] = HOME "/remains";
static bool is_remaining;

static void remains_remove(void) {
  struct stat st;
  if (!is_remaining) return;
  is_remaining = false;
  if (stat(HOME, &st) || remove_tree(AT_FDCWD, REMAINS, st.st_dev)) damaged = true;
}

/* Empties the directories that a case may write to. False when something stayed. */
static bool files_clean(void) {
  static const char *const run[] = {"oci-conform", ".overlay", NULL}, *const nothing[] = {NULL};
  remains_remove();
  is_remaining = !rename(CASE_DIR, REMAINS);
  const char *const home[] = {"agent", is_remaining ? "remains" : NULL, NULL};
  /* What stays in /run is a mount that the sandbox has exposed there. */
  (void)empty_directory("/run", run);
  (void)empty_directory("/dev/shm", nothing);
  return empty_directory(HOME, home) && !mkdir(CASE_DIR, 0755);
}

void baseline_take(void) {
  state_baseline();
  cgroups_baseline();
  /* Who measures runtimes wants them to find the lock as they do at a shell. */
  if (!getenv("OCI_CONFORM_LOCK_ASLEEP")) events_beat(TOUCH_EVERY_MS, cgroups_touch);
  events_idle(remains_remove);
}

/* Everybody who could still write is dead: what is open now are listeners, and pipes that have said all. */
static void forget_case(void) {
  pump_ready();
  unwatch_all();
  slots_end();
  runs_reset();
  seccomp_reset();
}

static void finish(struct buf *reply, struct list *list) {
  field_num(reply, list->count);
  if (list->fields.len) buf_add(reply, list->fields.data, list->fields.len);
  buf_free(&list->fields);
}

/* → for processes, mounts, cgroups, interfaces, devices each: a count, then so many fields (processes: pid and comm each) */
void do_clean(const struct args *a, struct buf *reply) {
  (void)a;
  struct list left = {0}, mounted = {0}, groups = {0}, links = {0}, changed = {0};
  pump_ready();
  report_processes(&left);
  bool grouped = cgroups_report(&groups);
  if (grouped) cgroups_thaw();
  bool whole = kill_all();
  whole &= mounts_clean(&mounted);
  forget_case();
  if (grouped) whole &= cgroups_clear();
  whole &= interfaces_clean(&links);
  whole &= devices_check(&changed);
  whole &= dev_clean();
  whole &= names_check();
  fixtures_reset();
  whole &= files_clean();
  damaged |= !whole;
  message_begin(reply, 6 + 2 * left.count + mounted.count + groups.count + links.count + changed.count);
  field_str(reply, "cleaned");
  finish(reply, &left);
  finish(reply, &mounted);
  finish(reply, &groups);
  finish(reply, &links);
  finish(reply, &changed);
}
