#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/memory.h"
#include "die.h"

/* One packet; its length, 0 when the other side is gone, -1 with errno. */
static ssize_t receive(int socket, char *packet, size_t size) {
  ssize_t got;
  do got = recv(socket, packet, size, 0);
  while (got < 0 && errno == EINTR);
  return got;
}

int message_send(int socket, enum message message, const char *text) {
  AUTO_FREE char *packet = format("%c%.*s", (char)message, MESSAGE_SIZE - 2, text);
  size_t length = strlen(packet);
  ssize_t sent;
  do sent = send(socket, packet, length, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)length ? 0 : -1;
}

void channel_say(int socket, enum message message) {
  if (message_send(socket, message, "")) _exit(1);
}

void channel_await(int socket, enum message message) {
  char byte = 0;
  if (receive(socket, &byte, 1) != 1 || byte != (char)message) _exit(1);
}

char *channel_expect(int socket, enum message message, const char *ended) {
  char packet[MESSAGE_SIZE];
  ssize_t got = receive(socket, packet, sizeof packet - 1);
  if (got <= 0) die("%s", ended);
  packet[got] = 0;
  if (packet[0] == MESSAGE_ERROR) die("%s", packet + 1);
  if (packet[0] != (char)message) die("a process of the container said %c instead of %c", packet[0], message);
  return xstrdup(packet + 1);
}

void channel_order(int socket, enum message message, const char *ended) {
  if (message_send(socket, message, "") == 0) return;
  /* Its last word may be there to read. */
  free(channel_expect(socket, message, ended));
  die("%s", ended);
}
