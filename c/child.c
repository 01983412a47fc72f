#include "child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

void signals_reset(void) {
  /* The C library keeps some of the real-time signals for itself, and refuses them. */
  for (int number = 1; number < NSIG; number++) (void)signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

int wait_child(pid_t pid, int *status) {
  while (waitpid(pid, status, __WALL) < 0)
    if (errno != EINTR) return -1;
  return 0;
}

int exit_code(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

int pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int pidfd_kill(int pidfd, int signal) { return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0); }

int pidfd_wait(int pidfd, int64_t timeout_ms) {
  struct pollfd end = {.fd = pidfd, .events = POLLIN};
  enum { LONGEST_MS = 1000000 };
  for (int64_t deadline = now_ms() + timeout_ms;;) {
    int64_t left = deadline - now_ms();
    int ready = poll(&end, 1, left < 0 ? 0 : left > LONGEST_MS ? LONGEST_MS : (int)left);
    if (ready > 0) return 1;
    if (ready < 0 && errno != EINTR) return -1;
    if (ready == 0 && left <= LONGEST_MS) return 0;
  }
}
