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

ssize_t descriptor_send(int socket, int descriptor, const void *bytes, size_t length) {
  char control[CMSG_SPACE(sizeof descriptor)] = {0};
  struct iovec part = {(void *)(uintptr_t)bytes, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t descriptor_receive(int socket, void *bytes, size_t size, int *descriptor) {
  char control[CMSG_SPACE(sizeof *descriptor)];
  struct iovec part = {bytes, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t got;
  do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  *descriptor = -1;
  if (got < 0) return got;
  for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each))
    if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_RIGHTS) memcpy(descriptor, CMSG_DATA(each), sizeof *descriptor);
  return got;
}
