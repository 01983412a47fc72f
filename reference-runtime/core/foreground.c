#include "foreground.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>

static int receive_terminal(int socket) {
  char byte[16], control[CMSG_SPACE(sizeof(int))];
  struct iovec part = {byte, sizeof byte};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  int fd = -1;
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0) return -1;
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  if (rights && rights->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(rights), sizeof fd);
  return fd;
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
  bool ended = false;
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
