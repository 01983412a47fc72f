#include "foreground.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>

#include "channel.h"

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

int foreground_wait(pid_t pid, int terminal) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  AUTO_CLOSE int signals = signalfd(-1, &all, SFD_CLOEXEC);
  AUTO_CLOSE int master = terminal < 0 ? -1 : receive_terminal(terminal);
  struct termios before;
  bool raw = master >= 0 && tcgetattr(0, &before) == 0;
  if (raw) {
    struct termios now = before;
    cfmakeraw(&now);
    tcsetattr(0, TCSANOW, &now);
    copy_size(master);
  }
  int status = 0;
  /* Its end may have come before anybody listened for it. */
  bool ended = waitpid(pid, &status, WNOHANG) == pid;
  struct pollfd watched[3] = {{signals, POLLIN, 0}, {master, POLLIN, 0}, {master >= 0 ? 0 : -1, POLLIN, 0}};
  while (!ended) {
    if (poll(watched, 3, -1) < 0 && errno != EINTR) die_errno("poll");
    struct signalfd_siginfo info;
    if (watched[0].revents && read(signals, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGWINCH && master >= 0) copy_size(master);
      else if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGPIPE) kill(pid, (int)info.ssi_signo);
    }
    if (watched[1].revents && !copy_some(master, 1)) watched[1].fd = -1;
    if (watched[2].revents && !copy_some(0, master)) watched[2].fd = -1;
    ended = waitpid(pid, &status, WNOHANG) == pid;
  }
  while (watched[1].fd >= 0 && poll(&watched[1], 1, 0) > 0 && copy_some(master, 1)) continue;
  if (raw) tcsetattr(0, TCSANOW, &before);
  sigprocmask(SIG_UNBLOCK, &all, NULL);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
