#include "connect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "c/file.h"

static struct sockaddr_un address_of(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  return address;
}

int connect_socket(int socket, const char *path) {
  struct sockaddr_un address = address_of(path);
  while (connect(socket, (const struct sockaddr *)&address, sizeof address))
    if (errno != EINTR) return -1;
  return 0;
}

int bind_socket(int socket, const char *path) {
  struct sockaddr_un address = address_of(path);
  return bind(socket, (const struct sockaddr *)&address, sizeof address);
}

int connect_path(const char *path) {
  AUTO_CLOSE int node = open(path, O_PATH | O_CLOEXEC);
  if (node < 0) return -1;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || !connect_socket(fd, fd_path(node))) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}
