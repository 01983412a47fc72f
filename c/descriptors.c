#include "descriptors.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for the control message that carries so many descriptors. */
#define CONTROL(count) \
  union { \
    struct cmsghdr align; \
    char space[CMSG_SPACE(sizeof(int) * (count))]; \
  }

ssize_t descriptor_send(int socket, int descriptor, const void *bytes, size_t length) {
  CONTROL(1) control = {.space = {0}};
  struct iovec part = {(void *)(uintptr_t)bytes, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

ssize_t descriptors_receive(int socket, void *bytes, size_t size, int flags, int descriptors[MOST_DESCRIPTORS], size_t *count) {
  CONTROL(MOST_DESCRIPTORS) control;
  struct iovec part = {bytes, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  do got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | flags);
  while (got < 0 && errno == EINTR);
  *count = 0;
  if (got < 0) return -1;
  for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
    size_t arrived = (each->cmsg_len - CMSG_LEN(0)) / sizeof *descriptors;
    if (arrived > MOST_DESCRIPTORS - *count) arrived = MOST_DESCRIPTORS - *count;
    memcpy(descriptors + *count, CMSG_DATA(each), arrived * sizeof *descriptors);
    *count += arrived;
  }
  return got;
}

ssize_t descriptor_receive(int socket, void *bytes, size_t size, int *descriptor) {
  int all[MOST_DESCRIPTORS];
  size_t count;
  ssize_t got = descriptors_receive(socket, bytes, size, 0, all, &count);
  *descriptor = count > 0 ? all[0] : -1;
  for (size_t i = 1; i < count; i++) close(all[i]);
  return got;
}
