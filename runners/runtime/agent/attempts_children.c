/* Attempts that may end or damage the process that makes them: a child makes them, within a time limit. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "attempts.h"
#include "c/buf.h"
#include "c/child.h"
#include "c/clock.h"
#include "c/file.h"
#include "c/memory.h"
#include "names.h"

enum { SYSCALL_MS = 1000, EXEC_MS = 3000, ALLOCATE_MS = 8000, OUTPUT_MAX = 4096 };

/* What a child tells its parent; a program that it executes tells nothing. */
struct outcome {
  int error;
  long long value;
};

struct child {
  void (*run)(int report, const struct attempt *a);
  int64_t limit_ms;
  bool executes; /* another program, so that being killed says nothing of the attempt */
  /* What came of it. */
  bool told, timed_out;
  struct outcome outcome;
  int status;
  struct buf output;
};

static void tell(int report, int error, long long value) {
  struct outcome o = {error, value};
  (void)!write(report, &o, sizeof o);
}

/* Reads both pipes to their ends, or until time is up. */
static void listen_to(struct child *c, int report, int output) {
  int64_t end = now_ms() + c->limit_ms;
  struct pollfd pipes[2] = {{report, POLLIN, 0}, {output, POLLIN, 0}};
  while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
    int64_t left = end - now_ms();
    int ready = left > 0 ? poll(pipes, 2, (int)left) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      c->timed_out = true;
      return;
    }
    char chunk[OUTPUT_MAX];
    for (int i = 0; i < 2; i++) {
      if (pipes[i].fd < 0 || !pipes[i].revents) continue;
      ssize_t n = read(pipes[i].fd, chunk, sizeof chunk);
      if (n <= 0) pipes[i].fd = -1;
      else if (i == 1 && c->output.len < OUTPUT_MAX) buf_add(&c->output, chunk, (size_t)n);
      else if (i == 0 && !c->told && n >= (ssize_t)sizeof c->outcome) {
        memcpy(&c->outcome, chunk, sizeof c->outcome);
        c->told = true;
      }
    }
  }
}

/* Runs a child to its end. Returns false with errno when none could be made. Its standard output is captured. */
static bool in_child(struct child *c, const struct attempt *a) {
  int report[2], output[2];
  if (pipe2(report, O_CLOEXEC)) return false;
  if (pipe2(output, O_CLOEXEC)) {
    close(report[0]);
    close(report[1]);
    return false;
  }
  pid_t pid = fork();
  int error = errno;
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(output[1], 1) < 0) tell(report[1], errno, 0);
    else c->run(report[1], a);
    _exit(0);
  }
  close(report[1]);
  close(output[1]);
  if (pid > 0) {
    listen_to(c, report[0], output[0]);
    if (c->timed_out) kill(pid, SIGKILL);
    (void)wait_child(pid, &c->status);
  }
  close(report[0]);
  close(output[0]);
  errno = error;
  return pid > 0;
}

/* The errno: what the child told; or why it could not tell. */
static int error_of(const struct child *c) {
  if (c->told) return c->outcome.error;
  if (c->timed_out) return ETIMEDOUT;
  return WIFSIGNALED(c->status) && !c->executes ? EINTR : 0;
}

static void json_exit(struct buf *b, int status) {
  json_key(b, "exit");
  json_open(b, '{');
  if (WIFEXITED(status)) json_key(b, "code"), json_num(b, WEXITSTATUS(status));
  else json_key(b, "signal"), json_str(b, signal_name(WTERMSIG(status)));
  json_close(b, '}');
}

/* The errno, and how the child ended unless it failed or was ended here; false when no child could be made. */
static bool attempt_in(struct child *c, struct buf *b, const struct attempt *a) {
  if (!in_child(c, a)) {
    json_errno(b, 1);
    return false;
  }
  errno = error_of(c);
  json_errno(b, errno != 0);
  if (!c->timed_out && !c->outcome.error) json_exit(b, c->status);
  return true;
}

static void exec_child(int report, const struct attempt *a) {
  char *argv[64] = {a->fields[1]};
  for (int i = 2; i < a->count && i < 63; i++) argv[i - 2] = a->fields[i];
  setenv(NESTED, "1", 1);
  execv(field(a, 1), argv);
  tell(report, errno, 0);
}

/* exec: path args… (the whole argument vector; without any, the path); text is the start of its standard output */
void try_exec(struct buf *b, const struct attempt *a) {
  struct child c = {.run = exec_child, .limit_ms = EXEC_MS, .executes = true};
  if (a->count < 2) {
    errno = EINVAL;
    return json_errno(b, 1);
  }
  if (attempt_in(&c, b, a) && c.output.len) json_key(b, "text"), json_strn(b, c.output.data, c.output.len);
  buf_free(&c.output);
}

/* Inline, as a child made by vfork(2) must not return from a function of its parent's. */
static inline __attribute__((always_inline)) long raw_call(long nr, const long *a) {
#if defined __x86_64__
  long value;
  register long r10 __asm__("r10") = a[3];
  register long r8 __asm__("r8") = a[4];
  register long r9 __asm__("r9") = a[5];
  __asm__ volatile("syscall" : "=a"(value) : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return value;
#else
  long value = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
  return value == -1 ? -errno : value;
#endif
}

static void syscall_child(int report, const struct attempt *a) {
  long args[6] = {0}, nr = (long)field_number(a, 1);
  for (int i = 0; i < 6 && i + 2 < a->count; i++) {
    const char *arg = field(a, i + 2);
    args[i] = *arg == 's' ? (long)(arg + 1) : *arg == 'n' && arg[1] == '-' ? strtol(arg + 1, NULL, 10) : (long)strtoull(arg + 1, NULL, 10);
  }
  pid_t self = getpid();
  long value = raw_call(nr, args);
  if (getpid() != self) _exit(0); /* the call was a kind of fork */
  bool failed = value < 0 && value > -4096;
  tell(report, failed ? (int)-value : 0, failed ? 0 : value);
}

static void value_attempt(struct buf *b, const struct attempt *a, void (*run)(int report, const struct attempt *a), int64_t limit_ms) {
  struct child c = {.run = run, .limit_ms = limit_ms};
  if (attempt_in(&c, b, a) && c.told && !c.outcome.error) json_key(b, "value"), json_num(b, c.outcome.value);
  buf_free(&c.output);
}

/* syscall: nr args… (each n<number> or s<text>) */
void try_syscall(struct buf *b, const struct attempt *a) { value_attempt(b, a, syscall_child, SYSCALL_MS); }

static void allocate_child(int report, const struct attempt *a) {
  size_t bytes = (size_t)field_number(a, 1);
  (void)write_file("/proc/self/oom_score_adj", "1000", 4, 0, 0); /* rather this child than the probe */
  char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return tell(report, errno, 0);
  for (size_t i = 0; i < bytes; i += 4096) ((volatile char *)p)[i] = 1;
  tell(report, 0, (long long)bytes);
}

/* allocate: bytes */
void try_allocate(struct buf *b, const struct attempt *a) { value_attempt(b, a, allocate_child, ALLOCATE_MS); }

/* fork: count */
void try_fork(struct buf *b, const struct attempt *a) {
  long long wanted = field_number(a, 1), count = 0;
  if (wanted > 4096) wanted = 4096;
  if (wanted < 0) wanted = 0;
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
  for (long long i = 0; i < count; i++) (void)wait_child(children[i], NULL);
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

static void setuid_child(int report, const struct attempt *a) {
  (void)!setgroups(0, NULL); /* a user namespace may refuse that */
  if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)) return tell(report, errno, 0);
  execl(field(a, 1), "agent", "euid", (char *)NULL);
  tell(report, errno, 0);
}

/* setuid-exec: path. A child becomes uid 65534 and executes it; its effective uid there is the value. */
void try_setuid_exec(struct buf *b, const struct attempt *a) {
  struct child c = {.run = setuid_child, .limit_ms = EXEC_MS, .executes = true};
  if (plant(field(a, 1))) return json_errno(b, 1);
  if (attempt_in(&c, b, a) && c.output.len) json_key(b, "value"), json_num(b, atoll(c.output.data));
  unlink(field(a, 1));
  buf_free(&c.output);
}
