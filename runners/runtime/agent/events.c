#include "events.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/clock.h"

enum { MAX_WATCHES = 256, MAX_REAPED = 4096 };

static struct {
  int fd;
  watch_fn *fn;
  void *data;
} watches[MAX_WATCHES];
static int watch_count;

static struct {
  pid_t pid;
  int status;
} exit_records[MAX_REAPED];
static unsigned exit_count; /* of all that were reaped; the newest MAX_REAPED are kept */
static int child_fd = -1, input_fd = -1;

void events_init(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  child_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void (*idle)(void), (*beat)(void);
static int64_t beat_every, beat_due;

void events_idle(void (*fn)(void)) { idle = fn; }

void events_beat(int64_t every_ms, void (*fn)(void)) {
  beat = fn;
  beat_every = every_ms;
}

void end_with(int fd) { input_fd = fd; }

bool watch(int fd, watch_fn *fn, void *data) {
  if (watch_count == MAX_WATCHES) {
    close(fd);
    return false;
  }
  watches[watch_count].fd = fd;
  watches[watch_count].fn = fn;
  watches[watch_count++].data = data;
  return true;
}

void unwatch(int fd) {
  for (int i = 0; i < watch_count; i++) {
    if (watches[i].fd != fd) continue;
    watches[i] = watches[--watch_count];
    close(fd);
    return;
  }
}

void unwatch_all(void) {
  while (watch_count > 0) close(watches[--watch_count].fd);
}

/* As PID 1 of its namespace the worker gets every orphan. */
static void reap(void) {
  struct signalfd_siginfo info;
  while (read(child_fd, &info, sizeof info) > 0) continue;
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    exit_records[exit_count % MAX_REAPED].pid = pid;
    exit_records[exit_count++ % MAX_REAPED].status = status;
  }
}

/* poll(2), and meanwhile what is done while something is waited for. */
static int wait_for_any(struct pollfd *fds, nfds_t n, int64_t wait_ms) {
  int ready = poll(fds, n, 0);
  if (ready || wait_ms <= 0) return ready;
  if (idle) idle();
  int64_t end = now_ms() + wait_ms;
  for (int64_t now; !ready && (now = now_ms()) < end;) {
    if (beat && now >= beat_due) {
      beat();
      beat_due = now_ms() + beat_every;
    }
    int64_t until = beat && beat_due < end ? beat_due : end;
    ready = poll(fds, n, until > now ? (int)(until - now) : 0);
  }
  return ready;
}

/* Serves one round of events, waiting for at most so long; returns how many there were. */
static int serve(int64_t wait_ms, int extra) {
  struct pollfd fds[MAX_WATCHES + 3];
  int n = 0;
  for (; n < watch_count; n++) fds[n] = (struct pollfd){.fd = watches[n].fd, .events = POLLIN};
  int watched = n;
  fds[n++] = (struct pollfd){.fd = child_fd, .events = POLLIN};
  if (extra >= 0) fds[n++] = (struct pollfd){.fd = extra, .events = POLLIN};
  int input = n;
  if (input_fd >= 0) fds[n++] = (struct pollfd){.fd = input_fd};
  int ready = wait_for_any(fds, (nfds_t)n, wait_ms);
  if (input_fd >= 0 && fds[input].revents) _exit(0);
  for (int i = 0; i < watched; i++) {
    if (!fds[i].revents) continue;
    /* An earlier callback may have removed it. */
    for (int j = 0; j < watch_count; j++) {
      if (watches[j].fd != fds[i].fd) continue;
      watches[j].fn(watches[j].fd, watches[j].data);
      break;
    }
  }
  reap();
  return ready;
}

bool pump(int64_t deadline, int extra) {
  serve(deadline - now_ms(), extra);
  return now_ms() < deadline;
}

/* Bounded: somebody may write faster than this reads. */
void pump_ready(void) {
  for (int i = 0; i < 64 && serve(0, -1) > 0; i++) continue;
}

bool is_readable(int fd) {
  struct pollfd one = {.fd = fd, .events = POLLIN};
  return poll(&one, 1, 0) > 0;
}

bool reaped(pid_t pid, int *status) {
  unsigned kept = exit_count < MAX_REAPED ? exit_count : MAX_REAPED;
  for (unsigned i = 1; i <= kept; i++) {
    unsigned at = (exit_count - i) % MAX_REAPED;
    if (exit_records[at].pid != pid) continue;
    if (status) *status = exit_records[at].status;
    return true;
  }
  return false;
}

void forget_reaped(void) { exit_count = 0; }
