#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/descriptors.h"
#include "c/file.h"
#include "events.h"
#include "slots.h"

int listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  unlink(path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) || chmod(path, 0777) || listen(fd, 8)) {
    close(fd);
    return -1;
  }
  return fd;
}

static void on_terminal(int fd, void *data) {
  struct slot *slot = data;
  char chunk[65536];
  ssize_t n = read(fd, chunk, sizeof chunk);
  if (n > 0) {
    if (slot->out.len < SLOT_LIMIT) buf_add(&slot->out, chunk, (size_t)n);
    return;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  slot->open_streams--; /* EIO: nobody has the other side any more */
  unwatch(fd);
}

/* The first descriptor that a message carries, or -1. */
static int receive_fd(int connection) {
  char name[4096];
  int descriptor;
  return descriptor_receive(connection, name, sizeof name, &descriptor) < 0 ? -1 : descriptor;
}

static void on_connection_data(int connection, void *data) {
  struct slot *slot = data;
  int terminal = receive_fd(connection);
  unwatch(connection);
  if (terminal < 0) return;
  struct winsize size;
  if (!ioctl(terminal, TIOCGWINSZ, &size)) {
    slot->has_terminal = true;
    slot->rows = size.ws_row;
    slot->columns = size.ws_col;
  }
  fcntl(terminal, F_SETFL, O_NONBLOCK);
  if (watch(terminal, on_terminal, slot)) slot->open_streams++;
}

static void on_connect(int listener, void *data) {
  int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (connection >= 0) watch(connection, on_connection_data, data);
}

/* console: path slot */
void do_console(const struct args *a, struct buf *reply) {
  int fd = listen_at(text(a, 1));
  if (fd < 0) return answer_error(reply, "listen", errno);
  if (!watch(fd, on_connect, slot_use(number(a, 2)))) return answer_error(reply, "listen", EMFILE);
  answer_ok(reply);
}

static int failed(const char *step) {
  fprintf(stderr, "agent console: %s: %s\n", step, strerror(errno));
  return 1;
}

/* agent console SOCKET: prints the size of the terminal that arrives, then what comes out of it, until it ends. */
int console_main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: agent console SOCKET\n");
    return EXIT_USAGE;
  }
  int listener = listen_at(argv[1]);
  if (listener < 0) return failed("listen");
  int connection = accept(listener, NULL, NULL);
  int terminal = connection < 0 ? -1 : receive_fd(connection);
  struct winsize size;
  if (terminal < 0 || ioctl(terminal, TIOCGWINSZ, &size)) return failed("receive");
  printf("terminal of %u rows, %u columns\n", size.ws_row, size.ws_col);
  fflush(stdout);
  char chunk[4096];
  for (ssize_t n; (n = read(terminal, chunk, sizeof chunk)) > 0;)
    if (write_all(1, chunk, (size_t)n)) return 1;
  return 0;
}
