#include "clean_cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/clock.h"
#include "c/file.h"
#include "c/memory.h"
#include "events.h"
#include "fixtures.h"

enum { MAX_ROOTS = 24, TRIES = 50 };

static char *roots[MAX_ROOTS]; /* where the hierarchies are mounted */
static int root_count;
static int own_procs = -1;  /* the worker's own cgroup.procs; -1: there is none */
static struct buf baseline; /* paths, each ended by a newline */

/* What to do with a group, given its hierarchy's root. */
typedef void visit_fn(const char *path, const char *root, void *data);

/* Children first, so that they can be removed in that order. */
static void walk(const char *path, const char *root, visit_fn *fn, void *data) {
  DIR *dir = opendir(path);
  if (!dir) return;
  for (struct dirent *e; (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
    struct buf child = {0};
    buf_str(&child, path);
    buf_str(&child, "/");
    buf_str(&child, e->d_name);
    walk(child.data, root, fn, data);
    fn(child.data, root, data);
    buf_free(&child);
  }
  closedir(dir);
}

static void each_group(visit_fn *fn, void *data) {
  for (int i = 0; i < root_count; i++) walk(roots[i], roots[i], fn, data);
}

/* Where the worker itself is in one of the hierarchies: at the root, or in the leaf that the sandbox made for it (v2). */
static void find_own_group(void) {
  static const char *const files[] = {"harness/cgroup.procs", "cgroup.procs"};
  for (int i = 0; i < root_count && own_procs < 0; i++) {
    for (int j = 0; j < 2 && own_procs < 0; j++) {
      struct buf path = {0};
      buf_fmt(&path, "%s/%s", roots[i], files[j]);
      own_procs = open(path.data, O_WRONLY | O_CLOEXEC);
      buf_free(&path);
    }
  }
}

/* Moves the worker to where it is already. */
void cgroups_touch(void) {
  if (own_procs >= 0) (void)!pwrite(own_procs, "0", 1, 0);
}

static void note(const char *path, const char *root, void *data) {
  (void)root;
  (void)data;
  buf_str(&baseline, path);
  buf_str(&baseline, "\n");
}

void cgroups_baseline(void) {
  struct buf info = {0};
  (void)read_file("/proc/self/mountinfo", &info, 8 << 20);
  for (char *save, *line = info.data ? strtok_r(info.data, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
    char *dash = strstr(line, " - "), target[4096], options[256];
    if (!dash || strncmp(dash + 3, "cgroup", 6) || sscanf(line, "%*s %*s %*s %*s %4095s %255s", target, options) != 2) continue;
    /* Where the case can make nothing, whatever comes is the doing of others: an ordinary user sees the host's own hierarchies. */
    if (!strncmp(options, "ro", 2) && (options[2] == ',' || !options[2])) continue;
    if (!strncmp(target, "/sys/fs/cgroup", 14) && root_count < MAX_ROOTS) roots[root_count++] = xstrdup(target);
  }
  buf_free(&info);
  buf_add(&baseline, "", 0);
  each_group(note, NULL);
  find_own_group();
}

static bool is_new(const char *path) { return !has_whole_line(baseline.data, path); }

struct report {
  struct list *list;
  bool any;
};

static void report(const char *path, const char *root, void *data) {
  struct report *to = data;
  if (!is_new(path)) return;
  to->any = true;
  if (!is_fixture_cgroup(path + strlen(root))) list_add(to->list, path);
}

bool cgroups_report(struct list *list) {
  struct report to = {list, false};
  each_group(report, &to);
  return to.any;
}

static void thaw(const char *path, const char *root, void *data) {
  (void)root;
  (void)data;
  if (!is_new(path)) return;
  struct buf file = {0};
  buf_fmt(&file, "%s/freezer.state", path);
  if (write_file(file.data, "THAWED", 6, 0, 0)) {
    file.len = 0;
    buf_fmt(&file, "%s/cgroup.freeze", path);
    (void)write_file(file.data, "0", 1, 0, 0);
  }
  buf_free(&file);
}

void cgroups_thaw(void) { each_group(thaw, NULL); }

static void clear(const char *path, const char *root, void *data) {
  (void)root;
  if (!is_new(path)) return;
  /* A cgroup is busy until its last process was reaped. */
  int failed = rmdir(path);
  for (int i = 0; failed && errno == EBUSY && i < TRIES; i++) {
    pump(now_ms() + 2, -1);
    failed = rmdir(path);
  }
  if (failed) *(bool *)data = false;
}

bool cgroups_clear(void) {
  bool cleared = true;
  each_group(clear, &cleared);
  return cleared;
}
