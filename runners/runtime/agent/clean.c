/* Reports what a case left behind, then removes it, so that the next case finds the sandbox as the first one did. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "worker.h"

enum { MAX_LINES = 4096, GRACE_MS = 200 };

static const char *const devices[] = {"/dev/null",    "/dev/zero", "/dev/full", "/dev/random",
                                      "/dev/urandom", "/dev/tty",  "/dev/ptmx", "/dev/fuse"};
enum { DEVICES = sizeof devices / sizeof *devices };

static struct {
  bool there;
  struct stat st;
} device_baseline[DEVICES];
static char *mount_baseline;  /* mountinfo */
static struct buf cgroup_baseline; /* paths, each ended by a newline */

/* The names found in one report, as fields. */
struct list {
  struct buf fields;
  uint32_t count;
};

static void add(struct list *list, const char *entry) {
  field_str(&list->fields, entry);
  list->count++;
}

static bool has_line(const char *lines, const char *line) {
  size_t n = strlen(line);
  for (const char *at = lines; (at = strstr(at, line)); at += n)
    if ((at == lines || at[-1] == '\n') && at[n] == '\n') return true;
  return false;
}

static char *mountinfo(void) {
  struct buf text = {0};
  (void)read_file("/proc/self/mountinfo", &text, 8 << 20);
  return buf_take(&text);
}

/* Undoes the octal escapes of mountinfo, in place. */
static void unescape(char *path) {
  char *to = path;
  for (char *from = path; *from; from++) {
    if (from[0] == '\\' && isdigit((unsigned char)from[1]) && isdigit((unsigned char)from[2]) && isdigit((unsigned char)from[3])) {
      *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
      from += 3;
    } else {
      *to++ = *from;
    }
  }
  *to = 0;
}

/* Calls fn for each hierarchy mounted in the sandbox. */
static void each_hierarchy(void (*fn)(const char *root, void *data), void *data) {
  AUTO_FREE char *info = mountinfo();
  for (char *save, *line = strtok_r(info, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    char *dash = strstr(line, " - "), target[4096];
    if (!dash || strncmp(dash + 3, "cgroup", 6) || sscanf(line, "%*s %*s %*s %*s %4095s", target) != 1) continue;
    if (!strncmp(target, "/sys/fs/cgroup", 14)) fn(target, data);
  }
}

/* Children first, so that they can be removed in that order. */
static void walk_cgroups(const char *path, void (*fn)(const char *path, void *data), void *data) {
  DIR *dir = opendir(path);
  if (!dir) return;
  for (struct dirent *e; (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
    struct buf child = {0};
    buf_fmt(&child, "%s/%s", path, e->d_name);
    walk_cgroups(child.data, fn, data);
    fn(child.data, data);
    buf_free(&child);
  }
  closedir(dir);
}

static void note_cgroup(const char *path, void *data) {
  (void)data;
  buf_str(&cgroup_baseline, path);
  buf_str(&cgroup_baseline, "\n");
}

static void note_hierarchy(const char *root, void *data) { walk_cgroups(root, note_cgroup, data); }

void baseline_take(void) {
  for (int i = 0; i < DEVICES; i++) device_baseline[i].there = !lstat(devices[i], &device_baseline[i].st);
  mount_baseline = mountinfo();
  buf_add(&cgroup_baseline, "", 0);
  each_hierarchy(note_hierarchy, NULL);
}

static bool is_new_cgroup(const char *path) { return !has_line(cgroup_baseline.data, path); }

/* The path below its hierarchy's mount point: /sys/fs/cgroup/memory/a/b → a/b; v2 alone: /sys/fs/cgroup/a/b → a/b. */
static const char *below_hierarchy(const char *path, const char *root) { return path + strlen(root); }

struct cgroup_visit {
  struct list *list;
  const char *root;
};

static void report_cgroup(const char *path, void *data) {
  struct cgroup_visit *visit = data;
  if (is_new_cgroup(path) && !is_fixture_cgroup(below_hierarchy(path, visit->root))) add(visit->list, path);
}

static void report_hierarchy(const char *root, void *data) {
  struct cgroup_visit visit = {data, root};
  walk_cgroups(root, report_cgroup, &visit);
}

static void thaw(const char *path, void *data) {
  (void)data;
  if (!is_new_cgroup(path)) return;
  struct buf file = {0};
  buf_fmt(&file, "%s/freezer.state", path);
  if (write_file(file.data, "THAWED", 6, 0, 0)) {
    file.len = 0;
    buf_fmt(&file, "%s/cgroup.freeze", path);
    (void)write_file(file.data, "0", 1, 0, 0);
  }
  buf_free(&file);
}

static void thaw_hierarchy(const char *root, void *data) { walk_cgroups(root, thaw, data); }

static void remove_cgroup(const char *path, void *data) {
  (void)data;
  if (!is_new_cgroup(path)) return;
  /* A cgroup is busy until its last process was reaped. */
  for (int i = 0; rmdir(path) && errno == EBUSY && i < 50; i++) pump(now_ms() + 2, -1);
}

static void remove_hierarchy(const char *root, void *data) { walk_cgroups(root, remove_cgroup, data); }

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

/* Calls fn for each process of the sandbox but the worker. */
static void each_process(void (*fn)(pid_t pid, const char *comm, void *data), void *data) {
  DIR *proc = opendir("/proc");
  if (!proc) return;
  for (struct dirent *e; (e = readdir(proc));) {
    pid_t pid = (pid_t)atoi(e->d_name);
    char comm[64];
    if (pid > 1 && pid != getpid() && alive(pid, comm, sizeof comm)) fn(pid, comm, data);
  }
  closedir(proc);
}

/* A process that is about to end (its parent was just killed) gets a moment, no more. */
static void report_process(pid_t pid, const char *comm, void *data) {
  if (is_fixture_process(pid)) return;
  AUTO_CLOSE int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  int64_t deadline = now_ms() + GRACE_MS;
  char now[64];
  while (pidfd >= 0 && alive(pid, now, sizeof now))
    if (!pump(deadline, pidfd)) break;
  if (!alive(pid, now, sizeof now)) return;
  struct list *list = data;
  field_num(&list->fields, pid);
  field_str(&list->fields, comm);
  list->count++;
}

static void kill_process(pid_t pid, const char *comm, void *data) {
  (void)comm;
  kill(pid, SIGKILL);
  (*(int *)data)++;
}

static void kill_all(void) {
  for (int round = 0, count = 1; count > 0 && round < 200; round++) {
    count = 0;
    each_process(kill_process, &count);
    if (count) pump(now_ms() + 10, -1);
  }
}

static void mounts(struct list *list) {
  AUTO_FREE char *info = mountinfo();
  char *targets[MAX_LINES];
  int count = 0;
  for (char *save, *line = strtok_r(info, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    char id[64], target[4096];
    if (count == MAX_LINES || sscanf(line, "%63s %*s %*s %*s %4095s", id, target) != 2) continue;
    struct buf start = {0};
    buf_fmt(&start, "%s ", id);
    const char *known = strstr(mount_baseline, start.data);
    while (known && known != mount_baseline && known[-1] != '\n') known = strstr(known + 1, start.data);
    buf_free(&start);
    if (known) continue;
    unescape(target);
    if (strncmp(target, FIXTURES "/", sizeof FIXTURES)) add(list, target);
    targets[count++] = xstrdup(target);
  }
  while (count > 0) {
    umount2(targets[--count], MNT_DETACH | UMOUNT_NOFOLLOW);
    free(targets[count]);
  }
}

/* /proc/net/dev: two head lines, then `name: counters`. */
static void interfaces(struct list *list) {
  struct buf text = {0};
  (void)read_file("/proc/self/net/dev", &text, 1 << 20);
  int line_number = 0;
  for (char *save, *line = text.data ? strtok_r(text.data, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
    char *colon = strchr(line, ':');
    if (line_number++ < 2 || !colon) continue;
    *colon = 0;
    while (*line == ' ') line++;
    /* Tunnel devices that the kernel makes in every new network namespace. */
    if (!strcmp(line, "lo") || strstr(line, "tunl") || strstr(line, "gre") || strstr(line, "sit") || strstr(line, "ip6") || strstr(line, "vti") || strstr(line, "erspan")) continue;
    if (is_fixture_interface(line)) continue;
    add(list, line);
    (void)link_delete(line);
  }
  buf_free(&text);
}

static void delete_interface(const char *name) { (void)link_delete(name); }

static void restore_device(const char *path, const struct stat *st) {
  unlink(path);
  if (mknod(path, (st->st_mode & S_IFMT) | 0600, st->st_rdev)) return;
  (void)!chown(path, st->st_uid, st->st_gid);
  chmod(path, st->st_mode & 07777);
}

static void device_changes(struct list *list) {
  for (int i = 0; i < DEVICES; i++) {
    if (!device_baseline[i].there) continue;
    const struct stat *was = &device_baseline[i].st;
    struct stat is;
    struct buf what = {0};
    if (lstat(devices[i], &is)) {
      buf_fmt(&what, "%s: removed", devices[i]);
    } else if ((is.st_mode & S_IFMT) != (was->st_mode & S_IFMT) || is.st_rdev != was->st_rdev) {
      buf_fmt(&what, "%s: replaced", devices[i]);
    } else if (is.st_mode != was->st_mode && !S_ISLNK(was->st_mode)) {
      buf_fmt(&what, "%s: mode %04o became %04o", devices[i], was->st_mode & 07777, is.st_mode & 07777);
    } else if (is.st_uid != was->st_uid || is.st_gid != was->st_gid) {
      buf_fmt(&what, "%s: owner %u:%u became %u:%u", devices[i], was->st_uid, was->st_gid, is.st_uid, is.st_gid);
    }
    if (!what.len) continue;
    add(list, what.data);
    if (S_ISCHR(was->st_mode)) restore_device(devices[i], was);
    buf_free(&what);
  }
}

/* Empties a directory of the sandbox's own, but for what keep names; other file systems stay. */
static void empty_directory(const char *path, const char *keep) {
  struct stat st;
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st)) return;
  DIR *dir = fdopendir(dup(fd));
  if (!dir) return;
  for (struct dirent *e; (e = readdir(dir));)
    if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && strcmp(e->d_name, keep) && strcmp(e->d_name, ".overlay")) (void)remove_tree(fd, e->d_name, st.st_dev);
  closedir(dir);
}

static void finish(struct buf *reply, struct list *list) {
  field_num(reply, list->count);
  if (list->fields.len) buf_add(reply, list->fields.data, list->fields.len);
  buf_free(&list->fields);
}

/* → for processes, mounts, cgroups, interfaces, devices each: a count, then so many fields (processes: pid and comm each) */
void do_clean(const struct args *a, struct buf *reply) {
  (void)a;
  struct list processes = {0}, mounted = {0}, cgroups = {0}, links = {0}, changed = {0};
  pump_ready();
  each_process(report_process, &processes);
  each_hierarchy(report_hierarchy, &cgroups);
  each_hierarchy(thaw_hierarchy, NULL);
  kill_all();
  mounts(&mounted);
  pump_ready();
  /* Everybody who could still write is dead: what is open now are listeners, and pipes that have said all. */
  unwatch_all();
  slots_end();
  runs_reset();
  seccomp_reset();
  each_hierarchy(remove_hierarchy, NULL);
  interfaces(&links);
  each_fixture_interface(delete_interface);
  device_changes(&changed);
  fixtures_reset();
  empty_directory("/run", "oci-conform");
  empty_directory(HOME, "agent");
  mkdir(CASE_DIR, 0755);
  message_begin(reply, 6 + 2 * processes.count + mounted.count + cgroups.count + links.count + changed.count);
  field_str(reply, "cleaned");
  finish(reply, &processes);
  finish(reply, &mounted);
  finish(reply, &cgroups);
  finish(reply, &links);
  finish(reply, &changed);
}
