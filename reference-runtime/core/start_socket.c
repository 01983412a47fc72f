#include "start_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "channel.h"
#include "connect.h"
#include "die.h"

/* A path that is short, whatever the root is. */
static char *short_path(const struct container *c) { return format("%s/start", fd_path(c->dir)); }

int start_listen(const struct container *c) {
  AUTO_FREE char *path = short_path(c);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0) die_errno("%s/start: socket", c->path);
  if (bind_socket(fd, path)) die_errno("%s/start: bind", c->path);
  if (listen(fd, 16)) die_errno("%s/start: listen", c->path);
  return fd;
}

int start_connect(const struct container *c) {
  AUTO_FREE char *path = short_path(c);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) die_errno("%s/start: socket", c->path);
  if (!connect_socket(fd, path)) return fd;
  close(fd);
  return -1;
}

/* Whether the other side says that the program is to start. */
static bool says_start(int connection) {
  char byte = 0;
  ssize_t got;
  do got = recv(connection, &byte, 1, 0);
  while (got < 0 && errno == EINTR);
  return got == 1 && byte == MESSAGE_START;
}

int start_await(int listener) {
  for (;;) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection >= 0 && says_start(connection)) {
      close(listener);
      return connection;
    }
    if (connection >= 0) close(connection);
    /* Nobody is there to hear of it. */
    else if (errno != EINTR && errno != ECONNABORTED) _exit(1);
  }
}
