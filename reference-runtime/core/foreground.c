#include "foreground.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "c/child.h"
#include "c/descriptors.h"
#include "c/file.h"
#include "die.h"

static int receive_terminal(int socket) {
  char name[16];
  int master;
  return descriptor_receive(socket, name, sizeof name, &master) > 0 ? master : -1;
}

static void copy_size(int master) {
  struct winsize size;
  if (ioctl(0, TIOCGWINSZ, &size) == 0) (void)ioctl(master, TIOCSWINSZ, &size);
}

static bool copy_some(int from, int to) {
  char chunk[4096];
  ssize_t got = read(from, chunk, sizeof chunk);
  if (got < 0 && errno == EINTR) return true;
  return got > 0 && write_all(to, chunk, (size_t)got) == 0;
}

/* Makes the caller's terminal raw, as far as it has one: what it was is kept. */
static bool make_raw(struct termios *before) {
  if (tcgetattr(STDIN_FILENO, before)) return false;
  struct termios raw = *before;
  cfmakeraw(&raw);
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  return true;
}

/* One signal of the caller's. */
static void pass_on(int signals, pid_t pid, int master) {
  struct signalfd_siginfo info;
  if (read(signals, &info, sizeof info) != sizeof info) return;
  if (info.ssi_signo == SIGWINCH && master >= 0) copy_size(master);
  else if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGPIPE) kill(pid, (int)info.ssi_signo);
}

/* Serves the terminal and the signals until the process has ended; its status. */
static int serve(int signals, pid_t pid, int master) {
  enum { SIGNALS, SHOWN, TYPED, WATCHED };
  struct pollfd watched[WATCHED] = {{signals, POLLIN, 0}, {master, POLLIN, 0}, {master >= 0 ? STDIN_FILENO : -1, POLLIN, 0}};
  int status = 0;
  /* Its end may have come before anybody listened for it. */
  while (waitpid(pid, &status, WNOHANG) != pid) {
    if (poll(watched, WATCHED, -1) < 0) {
      if (errno == EINTR) continue;
      die_errno("wait for the process: poll");
    }
    if (watched[SIGNALS].revents) pass_on(signals, pid, master);
    if (watched[SHOWN].revents && !copy_some(master, STDOUT_FILENO)) watched[SHOWN].fd = -1;
    if (watched[TYPED].revents && !copy_some(STDIN_FILENO, master)) watched[TYPED].fd = -1;
  }
  while (watched[SHOWN].fd >= 0 && poll(&watched[SHOWN], 1, 0) > 0 && copy_some(master, STDOUT_FILENO)) continue;
  return status;
}

int foreground_wait(pid_t pid, int terminal) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  AUTO_CLOSE int signals = signalfd(-1, &all, SFD_CLOEXEC);
  if (signals < 0) die_errno("wait for the process: signalfd");
  AUTO_CLOSE int master = terminal < 0 ? -1 : receive_terminal(terminal);
  struct termios before;
  bool raw = master >= 0 && make_raw(&before);
  if (raw) copy_size(master);
  int status = serve(signals, pid, master);
  if (raw) tcsetattr(STDIN_FILENO, TCSANOW, &before);
  sigprocmask(SIG_UNBLOCK, &all, NULL);
  return exit_code(status);
}
