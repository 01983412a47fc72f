#include "fixtures.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "links.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

enum { MAX_FIXTURES = 32 };

static pid_t processes[MAX_FIXTURES];
static int process_count;
static char *interfaces[MAX_FIXTURES * 2];
static int interface_count;
static char *cgroups[MAX_FIXTURES];
static int cgroup_count;

static const struct {
  const char *type, *file;
  int flag;
} namespaces[] = {
    {"pid", "pid_for_children", CLONE_NEWPID},
    {"network", "net", CLONE_NEWNET},
    {"mount", "mnt", CLONE_NEWNS},
    {"ipc", "ipc", CLONE_NEWIPC},
    {"uts", "uts", CLONE_NEWUTS},
    {"user", "user", CLONE_NEWUSER},
    {"cgroup", "cgroup", CLONE_NEWCGROUP},
    {"time", "time_for_children", CLONE_NEWTIME},
};

static void identity_map(const char *file, pid_t pid) {
  struct buf path = {0};
  buf_fmt(&path, "/proc/%d/%s", pid, file);
  static const char map[] = "0 0 65536\n";
  if (write_file(path.data, map, sizeof map - 1, 0, 0)) (void)write_file(path.data, "0 0 1\n", 6, 0, 0);
  buf_free(&path);
}

/* Keeps nothing open: neither the worker's pipes nor the sockets that others listen on. */
static void wait_for_death(void) {
  (void)syscall(SYS_close_range, 0, ~0u, 0);
  for (;;) pause();
}

/* In the holder: makes the namespace, tells the parent, and stays until it is killed or the sandbox ends. */
static void hold(int flag, int cpu, int ready) {
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
  }
  char code = unshare(flag) ? (char)errno : 0;
  /* A mount namespace cannot be bound where the bind would propagate into itself. */
  if (!code && flag == CLONE_NEWNS && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) code = (char)errno;
  if (!code && flag == CLONE_NEWPID) {
    pid_t init = fork();
    if (init == 0) wait_for_death();
    if (init < 0) code = (char)errno;
  }
  if (write(ready, &code, 1) != 1) _exit(1);
  wait_for_death();
}

/* One try: a holder, made on that CPU (-1: any), and its namespace bound to the path. */
static int hold_and_bind(const char *path, size_t kind, int cpu, pid_t *holder) {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC)) return -1;
  pid_t pid = fork();
  if (pid == 0) hold(namespaces[kind].flag, cpu, ready[1]);
  close(ready[1]);
  if (pid < 0) {
    close(ready[0]);
    return -1;
  }
  char code = 0;
  int told = read_exactly(ready[0], &code, 1);
  close(ready[0]);
  *holder = pid;
  struct buf link = {0};
  buf_fmt(&link, "/proc/%d/ns/%s", pid, namespaces[kind].file);
  if (namespaces[kind].flag == CLONE_NEWUSER) {
    identity_map("uid_map", pid);
    identity_map("gid_map", pid);
  }
  int error = told == 1 ? code : EIO;
  if (!error && (write_file(path, "", 0, O_CREAT, 0644) || mount(link.data, path, NULL, MS_BIND, NULL))) error = errno;
  buf_free(&link);
  if (!error) return 0;
  kill(pid, SIGKILL);
  errno = error;
  return -1;
}

int make_namespace(const char *path, const char *type, pid_t *holder) {
  for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
    if (strcmp(namespaces[i].type, type)) continue;
    int failed = hold_and_bind(path, i, -1, holder);
    /*
     * The kernel lets a mount namespace be bound only in one with a lower number, and newer kernels hand numbers out
     * for each CPU by itself: so each CPU has its try.
     */
    for (int cpu = 0; failed && errno == EINVAL && namespaces[i].flag == CLONE_NEWNS && cpu < get_nprocs_conf(); cpu++)
      failed = hold_and_bind(path, i, cpu, holder);
    return failed;
  }
  errno = EINVAL;
  return -1;
}

int make_cgroup(const char *path) {
  struct buf info = {0};
  if (read_file("/proc/self/mountinfo", &info, 8 << 20)) return -1;
  int made = 0;
  for (char *save, *line = strtok_r(info.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    char *dash = strstr(line, " - "), target[4096];
    if (!dash || strncmp(dash + 3, "cgroup", 6) || sscanf(line, "%*s %*s %*s %*s %4095s", target) != 1) continue;
    if (strncmp(target, "/sys/fs/cgroup", 14)) continue;
    struct buf dir = {0};
    buf_fmt(&dir, "%s/%s", target, *path == '/' ? path + 1 : path);
    if (mkdir_p(dir.data, 0755)) {
      buf_free(&dir);
      buf_free(&info);
      return -1;
    }
    made++;
    /* A v1 cpuset takes no process before it has CPUs and memory nodes. */
    static const char *const inherited[] = {"cpuset.cpus", "cpuset.mems"};
    for (int i = 0; i < 2; i++) {
      struct buf from = {0}, to = {0}, value = {0};
      buf_fmt(&from, "%s/%s", target, inherited[i]);
      buf_fmt(&to, "%s/%s", dir.data, inherited[i]);
      if (!read_file(from.data, &value, 4096)) (void)write_file(to.data, value.data, value.len, 0, 0);
      buf_free(&from);
      buf_free(&to);
      buf_free(&value);
    }
    buf_free(&dir);
  }
  buf_free(&info);
  if (made) return 0;
  errno = ENOENT;
  return -1;
}

/* namespace: path type. The holder is kept with the namespace; clean ends it. */
void do_namespace(const struct args *a, struct buf *reply) {
  pid_t holder = -1;
  if (make_namespace(text(a, 1), text(a, 2), &holder)) return answer_error(reply, "namespace", errno);
  if (process_count < MAX_FIXTURES) processes[process_count++] = holder;
  answer_ok(reply);
}

const char *make_interface(const struct interface *i, const char *peer) {
  if (veth_add(i->name, peer)) return "veth";
  if (i->mtu && link_mtu(i->name, i->mtu)) return "mtu";
  AUTO_FREE char *names = xstrdup(i->alternative_names);
  for (char *save, *each = strtok_r(names, " ", &save); each; each = strtok_r(NULL, " ", &save))
    if (link_name_add(i->name, each)) return "alternative name";
  for (uint32_t at = 0; at < i->address_count; at++)
    if (address_add(i->name, i->addresses[at])) return "address";
  return link_up(peer) || (i->up && link_up(i->name)) ? "up" : NULL;
}

/* interface: name up mtu alternativeNames address… */
void do_interface(const struct args *a, struct buf *reply) {
  char peer[64];
  snprintf(peer, sizeof peer, "%sp", text(a, 1));
  struct interface made = {.name = text(a, 1),
                           .up = number(a, 2) != 0,
                           .mtu = (uint32_t)number(a, 3),
                           .alternative_names = text(a, 4),
                           .addresses = a->text + 5,
                           .address_count = a->count - 5};
  if (interface_count + 2 <= MAX_FIXTURES * 2) {
    interfaces[interface_count++] = xstrdup(text(a, 1));
    interfaces[interface_count++] = xstrdup(peer);
  }
  const char *failed = make_interface(&made, peer);
  if (failed) answer_error(reply, failed, errno);
  else answer_ok(reply);
}

/* cgroup: path */
void do_cgroup(const struct args *a, struct buf *reply) {
  if (make_cgroup(text(a, 1))) return answer_error(reply, "mkdir", errno);
  if (cgroup_count < MAX_FIXTURES) cgroups[cgroup_count++] = xstrdup(text(a, 1));
  answer_ok(reply);
}

bool is_fixture_process(pid_t pid) {
  for (int i = 0; i < process_count; i++) {
    if (processes[i] == pid) return true;
    /* The init that a holder made for a pid namespace. */
    struct buf path = {0}, stat = {0};
    buf_fmt(&path, "/proc/%d/stat", pid);
    int parent = 0;
    if (!read_file(path.data, &stat, 4096)) {
      const char *paren = strrchr(stat.data, ')');
      if (paren) sscanf(paren, ") %*c %d", &parent);
    }
    buf_free(&path);
    buf_free(&stat);
    if (parent == processes[i]) return true;
  }
  return false;
}

bool is_fixture_interface(const char *name) {
  for (int i = 0; i < interface_count; i++)
    if (!strcmp(interfaces[i], name)) return true;
  return false;
}

bool is_fixture_cgroup(const char *path) {
  for (int i = 0; i < cgroup_count; i++) {
    const char *own = *cgroups[i] == '/' ? cgroups[i] + 1 : cgroups[i];
    const char *given = *path == '/' ? path + 1 : path;
    size_t n = strlen(given);
    /* The fixture itself, or one of its parents. */
    if (!strncmp(own, given, n) && (own[n] == 0 || own[n] == '/')) return true;
  }
  return false;
}

void each_fixture_interface(void (*fn)(const char *name)) {
  for (int i = 0; i < interface_count; i++) fn(interfaces[i]);
}

void fixtures_reset(void) {
  process_count = 0;
  while (interface_count > 0) free(interfaces[--interface_count]);
  while (cgroup_count > 0) free(cgroups[--cgroup_count]);
}
