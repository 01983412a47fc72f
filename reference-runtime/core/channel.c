#include "channel.h"

#include <sys/socket.h>

void channel_say(int socket, char what) {
  if (send(socket, &what, 1, MSG_NOSIGNAL) != 1) _exit(1);
}

void channel_await(int socket, char what) {
  char byte = 0;
  ssize_t got;
  do got = recv(socket, &byte, 1, 0);
  while (got < 0 && errno == EINTR);
  if (got != 1 || byte != what) _exit(1);
}

char *channel_expect(int socket, char kind, const char *ended) {
  char packet[8192];
  ssize_t got;
  do got = recv(socket, packet, sizeof packet - 1, 0);
  while (got < 0 && errno == EINTR);
  packet[got > 0 ? got : 0] = 0;
  if (got > 0 && packet[0] == '!') die("%s", packet + 1);
  if (got <= 0) die("%s", ended);
  if (packet[0] != kind) die("a process said %c instead of %c", packet[0], kind);
  return xstrdup(packet + 1);
}

void channel_order(int socket, char what, const char *ended) {
  if (send(socket, &what, 1, MSG_NOSIGNAL) == 1) return;
  free(channel_expect(socket, what, ended));
  die("%s", ended);
}
