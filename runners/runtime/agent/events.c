#include "events.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

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
} graves[MAX_REAPED];
static int grave_count;
static int child_fd = -1;

void events_init(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  child_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void watch(int fd, watch_fn *fn, void *data) {
  if (watch_count == MAX_WATCHES) {
    close(fd);
    return;
  }
  watches[watch_count].fd = fd;
  watches[watch_count].fn = fn;
  watches[watch_count++].data = data;
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
    if (grave_count == MAX_REAPED) grave_count = 0;
    graves[grave_count].pid = pid;
    graves[grave_count++].status = status;
  }
}

bool pump(int64_t deadline, int extra) {
  struct pollfd fds[MAX_WATCHES + 2];
  int n = 0;
  for (; n < watch_count; n++) fds[n] = (struct pollfd){.fd = watches[n].fd, .events = POLLIN};
  int watched = n;
  fds[n++] = (struct pollfd){.fd = child_fd, .events = POLLIN};
  if (extra >= 0) fds[n++] = (struct pollfd){.fd = extra, .events = POLLIN};
  int64_t left = deadline - now_ms();
  int ready = poll(fds, (nfds_t)n, left < 0 ? 0 : (int)left);
  if (ready < 0 && errno != EINTR) return false;
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
  return ready > 0 || now_ms() < deadline;
}

void pump_ready(void) {
  for (int i = 0; i < 64 && pump(0, -1); i++) continue;
}

bool reaped(pid_t pid, int *status) {
  for (int i = grave_count - 1; i >= 0; i--) {
    if (graves[i].pid != pid) continue;
    if (status) *status = graves[i].status;
    return true;
  }
  return false;
}

void forget_reaped(void) { grave_count = 0; }
