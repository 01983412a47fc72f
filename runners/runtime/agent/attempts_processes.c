/* Attempts that may end the process that makes them, so a child makes them; and the rest: IPC, network, host name. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "attempts.h"

static void json_exit(struct buf *b, int status) {
  json_key(b, "exit");
  json_open(b, '{');
  if (WIFEXITED(status)) json_key(b, "code"), json_num(b, WEXITSTATUS(status));
  else json_key(b, "signal"), json_str(b, signal_name(WTERMSIG(status)));
  json_close(b, '}');
}

/* What a child tells its parent before it ends. */
struct outcome {
  int error;
  long long value;
};

/* Runs fn in a child. Returns false when no child could be made; told says whether it lived to tell. */
static bool in_child(void (*fn)(int report, const struct attempt *a), const struct attempt *a, struct outcome *o, bool *told, int *status) {
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC)) return false;
  pid_t pid = fork();
  if (pid < 0) {
    int error = errno;
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return errno = error, false;
  }
  if (pid == 0) {
    close(pipe_fds[0]);
    fn(pipe_fds[1], a);
    _exit(0);
  }
  close(pipe_fds[1]);
  ssize_t n;
  while ((n = read(pipe_fds[0], o, sizeof *o)) < 0 && errno == EINTR) continue;
  *told = n == sizeof *o;
  close(pipe_fds[0]);
  while (waitpid(pid, status, 0) < 0 && errno == EINTR) continue;
  return true;
}

static void tell(int report, int error, long long value) {
  struct outcome o = {error, value};
  (void)!write(report, &o, sizeof o);
}

/* The common form: errno if the child told one, how it ended, and its value. */
static void run_child(struct buf *b, void (*fn)(int report, const struct attempt *a), const struct attempt *a) {
  struct outcome o = {0};
  bool told = false;
  int status = 0;
  if (!in_child(fn, a, &o, &told, &status)) return json_errno(b, 1);
  errno = o.error;
  json_errno(b, told && o.error);
  json_exit(b, status);
  if (told && !o.error) json_key(b, "value"), json_num(b, o.value);
}

static void exec_child(int report, const struct attempt *a) {
  char *argv[64];
  int n = 0;
  for (int i = 2; i < a->count && n < 63; i++) argv[n++] = a->fields[i];
  argv[n] = NULL;
  execv(field(a, 1), argv);
  tell(report, errno, 0);
}

/* exec: path args… */
void try_exec(struct buf *b, const struct attempt *a) { run_child(b, exec_child, a); }

static void syscall_child(int report, const struct attempt *a) {
  long args[6] = {0};
  for (int i = 0; i < 6 && i + 2 < a->count; i++)
    args[i] = *field(a, i + 2) == 's' ? (long)(field(a, i + 2) + 1) : (long)strtoull(field(a, i + 2) + 1, NULL, 10);
  long value = syscall(field_number(a, 1), args[0], args[1], args[2], args[3], args[4], args[5]);
  tell(report, value == -1 ? errno : 0, value);
}

/* syscall: nr args… (each n<number> or s<text>) */
void try_syscall(struct buf *b, const struct attempt *a) { run_child(b, syscall_child, a); }

static void allocate_child(int report, const struct attempt *a) {
  size_t bytes = (size_t)field_number(a, 1);
  char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return tell(report, errno, 0);
  for (size_t i = 0; i < bytes; i += 4096) p[i] = 1;
  tell(report, 0, (long long)bytes);
}

/* allocate: bytes */
void try_allocate(struct buf *b, const struct attempt *a) { run_child(b, allocate_child, a); }

/* fork: count */
void try_fork(struct buf *b, const struct attempt *a) {
  long long wanted = field_number(a, 1), count = 0;
  if (wanted > 4096) wanted = 4096;
  pid_t *children = xcalloc((size_t)wanted, sizeof *children);
  int error = 0;
  while (count < wanted) {
    pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
    if (pid < 0) {
      error = errno;
      break;
    }
    children[count++] = pid;
  }
  for (long long i = 0; i < count; i++) kill(children[i], SIGKILL);
  for (long long i = 0; i < count; i++) waitpid(children[i], NULL, 0);
  free(children);
  errno = error;
  json_errno(b, error);
  json_key(b, "value"), json_num(b, count);
}

int euid_main(void) {
  char text[32];
  int n = snprintf(text, sizeof text, "%u\n", geteuid());
  return write_all(1, text, (size_t)n) ? 1 : 0;
}

/* Copies the agent to a path, set-uid root. */
static int plant(const char *path) {
  struct buf self = {0};
  int failed = read_file("/proc/self/exe", &self, 64 << 20) && read_file(INSIDE_AGENT, &self, 64 << 20);
  if (!failed) failed = write_file(path, self.data, self.len, O_CREAT | O_TRUNC, 0755) || chown(path, 0, 0) || chmod(path, 04755);
  buf_free(&self);
  return failed;
}

/* setuid-exec: path. A child becomes uid 65534 and executes it; its effective uid there is the value. */
void try_setuid_exec(struct buf *b, const struct attempt *a) {
  if (plant(field(a, 1))) return json_errno(b, 1);
  int out[2];
  if (pipe2(out, O_CLOEXEC)) return json_errno(b, 1);
  pid_t pid = fork();
  if (pid == 0) {
    if (dup2(out[1], 1) < 0 || setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)) _exit(126);
    execl(field(a, 1), "agent", "euid", (char *)NULL);
    _exit(127);
  }
  int error = errno;
  close(out[1]);
  char text[32] = {0};
  ssize_t n = pid < 0 ? -1 : read(out[0], text, sizeof text - 1);
  close(out[0]);
  int status = 0;
  if (pid > 0) waitpid(pid, &status, 0);
  unlink(field(a, 1));
  errno = error;
  json_errno(b, pid < 0);
  json_exit(b, status);
  if (n > 0) json_key(b, "value"), json_num(b, atoll(text));
}

/* sethostname: name */
void try_sethostname(struct buf *b, const struct attempt *a) { json_errno(b, sethostname(field(a, 1), strlen(field(a, 1)))); }

/* shm: key create */
void try_shm(struct buf *b, const struct attempt *a) {
  json_errno(b, shmget((key_t)field_number(a, 1), 4096, field_number(a, 2) ? IPC_CREAT | 0600 : 0) < 0);
}

/* kill: pid signal */
void try_kill(struct buf *b, const struct attempt *a) { json_errno(b, kill((pid_t)field_number(a, 1), (int)field_number(a, 2))); }

static int prefix(const struct sockaddr *mask) {
  const unsigned char *bytes = mask->sa_family == AF_INET6 ? ((const struct sockaddr_in6 *)(const void *)mask)->sin6_addr.s6_addr
                                                           : (const unsigned char *)&((const struct sockaddr_in *)(const void *)mask)->sin_addr;
  int bits = 0;
  for (int i = 0; i < (mask->sa_family == AF_INET6 ? 16 : 4); i++) bits += __builtin_popcount(bytes[i]);
  return bits;
}

static void addresses(struct buf *b, const struct ifaddrs *all, const char *name) {
  json_key(b, "addresses");
  json_open(b, '[');
  for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
    if (strcmp(i->ifa_name, name) || !i->ifa_addr || !i->ifa_netmask) continue;
    char text[INET6_ADDRSTRLEN], cidr[INET6_ADDRSTRLEN + 16];
    const void *address = i->ifa_addr->sa_family == AF_INET    ? (const void *)&((struct sockaddr_in *)(void *)i->ifa_addr)->sin_addr
                          : i->ifa_addr->sa_family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)(void *)i->ifa_addr)->sin6_addr
                                                               : NULL;
    if (!address || !inet_ntop(i->ifa_addr->sa_family, address, text, sizeof text)) continue;
    snprintf(cidr, sizeof cidr, "%s/%d", text, prefix(i->ifa_netmask));
    json_str(b, cidr);
  }
  json_close(b, ']');
}

/* interfaces */
void try_interfaces(struct buf *b, const struct attempt *a) {
  (void)a;
  struct ifaddrs *all = NULL;
  struct if_nameindex *names = if_nameindex();
  int failed = !names || getifaddrs(&all);
  json_errno(b, failed);
  json_key(b, "interfaces");
  json_open(b, '[');
  for (struct if_nameindex *n = names; !failed && n->if_index; n++) {
    unsigned flags = 0;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next)
      if (!strcmp(i->ifa_name, n->if_name)) flags |= i->ifa_flags;
    json_open(b, '{');
    json_key(b, "name"), json_str(b, n->if_name);
    json_key(b, "up"), json_bool(b, flags & IFF_UP);
    addresses(b, all, n->if_name);
    json_close(b, '}');
  }
  json_close(b, ']');
  if (all) freeifaddrs(all);
  if (names) if_freenameindex(names);
}
