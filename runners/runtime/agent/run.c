#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/clock.h"
#include "c/file.h"
#include "c/memory.h"
#include "events.h"
#include "member.h"
#include "names.h"
#include "slots.h"
#include "variables.h"

enum { MAX_RUNS = 64, MAX_ENV = 32 };

/* A command under way or done, until it is answered. */
struct run {
  bool used, answered;
  char *key;
  pid_t pid;
  int64_t deadline;
  uint64_t started, ended;
  struct slot *slot; /* NULL: own buffers */
  struct buf out, err;
  int streams;
  int exec_errno;
};
static struct run runs[MAX_RUNS];

/* Once an operation of a batch hung, the rest of it gets little time: a hung target must not hold up the whole run. */
enum { AFTER_HANG_MS = 500 };
static bool hung;

void runs_begin_batch(void) { hung = false; }

/* Where the bytes of a stream go. One for each open descriptor. */
struct stream {
  struct buf *to;
  int *open;
};

static char *environment[MAX_ENV + 1] = {
    (char[]){"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
    (char[]){"HOME=/root"},
};
static int environment_count = 2;

void add_environment(const char *entry) {
  if (environment_count < MAX_ENV) environment[environment_count++] = xstrdup(entry);
}

static void on_readable(int fd, void *data) {
  struct stream *stream = data;
  char chunk[65536];
  ssize_t n = read(fd, chunk, sizeof chunk);
  if (n > 0) {
    if (stream->to->len < SLOT_LIMIT) buf_add(stream->to, chunk, (size_t)n);
    return;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  (*stream->open)--;
  free(stream);
  unwatch(fd);
}

static int make_stream(struct buf *to, int *open, int *write_end) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC)) return -1;
  *write_end = fds[1];
  fcntl(fds[0], F_SETFL, O_NONBLOCK);
  struct stream *stream = xcalloc(1, sizeof *stream);
  *stream = (struct stream){to, open};
  if (!watch(fds[0], on_readable, stream)) {
    free(stream);
    errno = EMFILE;
    return -1;
  }
  (*open)++;
  return 0;
}

/* Puts the sandbox's own /dev/null in the place of these streams. Never the host's: several runtimes change the owner of what they find there. */
static int null_streams(const char *which) {
  struct stat node, directory;
  for (; *which; which++) {
    int fd = open("/dev/null", O_RDWR | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &node) || stat("/dev", &directory)) return -1;
    if (node.st_dev != directory.st_dev) {
      errno = EXDEV;
      return -1;
    }
    if (dup2(fd, *which - '0') < 0) return -1;
    close(fd);
  }
  return 0;
}

/* In the child: becomes the command, or tells its parent why not. */
static void become(char **argv, int out, int err, int report, mode_t mask, const char *cwd, const char *nulls) {
  signals_reset();
  setpgid(0, 0);
  umask(mask);
  int empty = memfd_create("stdin", 0);
  int in = open(fd_path(empty), O_RDONLY);
  if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 || null_streams(nulls) || chdir(cwd)) goto failed;
  if (in > 2) close(in);
  if (empty > 2) close(empty);
  execve(argv[0], argv, environment);
failed:;
  int error = errno;
  (void)!write(report, &error, sizeof error);
  _exit(127);
}

static struct run *find_run(const char *key) {
  for (int i = 0; i < MAX_RUNS; i++)
    if (runs[i].used && !runs[i].answered && !strcmp(runs[i].key, key)) return &runs[i];
  return NULL;
}

static struct run *new_run(const char *key) {
  for (int i = 0; i < MAX_RUNS; i++) {
    if (runs[i].used) continue;
    runs[i] = (struct run){.used = true, .key = xstrdup(key)};
    return &runs[i];
  }
  return NULL;
}

static void release(struct run *run) {
  /* Streams that others still hold would write into these buffers: those stay until runs_reset closes them. */
  if (run->streams > 0) return;
  free(run->key);
  buf_free(&run->out);
  buf_free(&run->err);
  *run = (struct run){0};
}

void runs_reset(void) {
  for (int i = 0; i < MAX_RUNS; i++) {
    if (!runs[i].used) continue;
    runs[i].streams = 0;
    release(&runs[i]);
  }
}

/* fields: kind of exit, then code (exited) or name (signaled, unstartable). */
void exit_fields(struct buf *reply, int status, bool timed_out) {
  if (timed_out) {
    field_str(reply, "timeout");
    field_str(reply, "");
  } else if (WIFEXITED(status)) {
    field_str(reply, "exited");
    field_num(reply, WEXITSTATUS(status));
  } else {
    field_str(reply, "signaled");
    field_str(reply, signal_name(WTERMSIG(status)));
  }
}

static bool spawn(struct run *run, const struct args *a, char **argv) {
  int64_t slot = number(a, 2);
  run->slot = slot >= 0 && slot < MAX_SLOTS ? slot_use(slot) : NULL;
  AUTO_CLOSE int out = -1;
  AUTO_CLOSE int err = -1;
  int report[2];
  struct buf *to_out = run->slot ? &run->slot->out : &run->out, *to_err = run->slot ? &run->slot->err : &run->err;
  int *open = run->slot ? &run->slot->open_streams : &run->streams;
  if (make_stream(to_out, open, &out) || make_stream(to_err, open, &err) || pipe2(report, O_CLOEXEC)) return false;
  run->started = now_ns();
  int64_t limit = number(a, 1);
  run->deadline = now_ms() + (hung && limit > AFTER_HANG_MS ? AFTER_HANG_MS : limit);
  run->pid = fork();
  if (run->pid == 0) become(argv, out, err, report[1], (mode_t)number(a, 3), text(a, 4), text(a, 5));
  close(report[1]);
  if (run->pid < 0) {
    close(report[0]);
    return false;
  }
  if (read_exactly(report[0], &run->exec_errno, sizeof run->exec_errno) != 1) run->exec_errno = 0;
  close(report[0]);
  return true;
}

/* Waits for the end of a run, serving everything else meanwhile. True when it had to be killed. */
static bool wait_for(struct run *run, int *status) {
  bool timed_out = false;
  while (!reaped(run->pid, status)) {
    if (pump(run->deadline, -1)) continue;
    if (reaped(run->pid, status)) break;
    if (!timed_out) {
      kill(-run->pid, SIGKILL);
      kill(run->pid, SIGKILL);
      run->deadline = now_ms() + 2000;
    } else {
      break; /* not even SIGKILL: stuck in the kernel; clean will say so */
    }
    timed_out = hung = true;
  }
  run->ended = now_ns();
  pump_ready();
  return timed_out;
}

static void finish(struct run *run, struct buf *reply) {
  int status = 0;
  bool timed_out = wait_for(run, &status);
  struct buf *out = run->slot ? &run->slot->out : &run->out, *err = run->slot ? &run->slot->err : &run->err;
  message_begin(reply, 7);
  field_str(reply, "ran");
  if (run->exec_errno) {
    field_str(reply, "unstartable");
    field_str(reply, errno_name(run->exec_errno));
  } else {
    exit_fields(reply, status, timed_out);
  }
  field_bytes(reply, out->data, out->len);
  field_bytes(reply, err->data, err->len);
  /* Nanoseconds since the epoch fit into 63 bits until 2262. */
  field_num(reply, (int64_t)run->started);
  field_num(reply, (int64_t)run->ended);
  out->len = err->len = 0;
  run->answered = true;
  release(run);
}

/* Starts the command of an action; answers itself and returns NULL when it cannot. */
static struct run *begin(const struct args *in, const char *key, struct buf *reply) {
  AUTO_FREE char **argv = xcalloc(in->count, sizeof *argv);
  for (uint32_t i = 7; i < in->count; i++) argv[i - 7] = in->text[i];
  struct run *run = new_run(key);
  if (!run) {
    answer_error(reply, "run", EMFILE);
    return NULL;
  }
  if (spawn(run, in, argv)) return run;
  int error = errno;
  run->answered = true;
  release(run);
  answer_error(reply, "spawn", error);
  return NULL;
}

/* run: timeoutMs, slot, umask, cwd, nulls, background, argv… */
void do_run(const struct args *in, struct buf *reply) {
  const char *key = text(in, 6);
  struct run *run = begin(in, key, reply);
  if (!run) return;
  if (!*key) return finish(run, reply);
  message_begin(reply, 1);
  field_str(reply, "started");
}

void do_join(const struct args *a, struct buf *reply) {
  struct run *run = find_run(text(a, 1));
  if (!run) return answer_error(reply, "join", ENOENT);
  finish(run, reply);
}

/* ask-pid: timeoutMs, slot (-1), umask, cwd, nulls, name, argv… → bytes: the pid that the command's JSON tells, of a process that there is */
void do_ask_pid(const struct args *in, struct buf *reply) {
  struct run *run = begin(in, "", reply);
  if (!run) return;
  int status;
  (void)wait_for(run, &status);
  buf_add(&run->out, "", 1);
  int64_t pid = member_number(run->out.data, "pid");
  run->answered = true;
  release(run);
  if (!pid) return answer_error(reply, "pid", ENOENT);
  if (pid > INT32_MAX || (kill((pid_t)pid, 0) && errno == ESRCH)) return answer_error(reply, "pid", ESRCH);
  char digits[24];
  snprintf(digits, sizeof digits, "%lld", (long long)pid);
  variable_set(text(in, 6), digits);
  message_begin(reply, 2);
  field_str(reply, "bytes");
  field_str(reply, digits);
}
