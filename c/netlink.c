#include "netlink.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Appends bytes where the next aligned thing begins; where they would not fit, the request is marked and nothing is written. */
static void *put(struct netlink_request *r, const void *data, size_t len) {
  size_t at = NLMSG_ALIGN(r->header.nlmsg_len), room = offsetof(struct netlink_request, too_long);
  if (at > room || len > room - at) {
    r->too_long = true;
    at = sizeof r->header;
    len = 0;
  } else {
    r->header.nlmsg_len = (uint32_t)(at + len);
  }
  if (len) memcpy((char *)r + at, data, len);
  return (char *)r + at;
}

void netlink_begin(struct netlink_request *r, unsigned short type, unsigned short flags, const void *body, size_t len) {
  *r = (struct netlink_request){
      .header = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = type, .nlmsg_flags = (unsigned short)(NLM_F_REQUEST | flags)}};
  put(r, body, len);
}

struct rtattr *netlink_nest(struct netlink_request *r, unsigned short type, const void *body, size_t len) {
  struct rtattr head = {.rta_len = (unsigned short)RTA_LENGTH(len), .rta_type = type};
  struct rtattr *at = put(r, &head, sizeof head);
  if (len) put(r, body, len);
  return at;
}

void netlink_add(struct netlink_request *r, unsigned short type, const void *data, size_t len) { (void)netlink_nest(r, type, data, len); }

void netlink_end(struct netlink_request *r, struct rtattr *nested) {
  if (!r->too_long) nested->rta_len = (unsigned short)((char *)r + r->header.nlmsg_len - (char *)nested);
}

int netlink_open(unsigned groups) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0 || !bind(fd, (struct sockaddr *)&address, sizeof address)) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

ssize_t netlink_receive(int fd, void *buffer, size_t size, int flags) {
  ssize_t got;
  do got = recv(fd, buffer, size, flags | MSG_TRUNC);
  while (got < 0 && errno == EINTR);
  if (got <= (ssize_t)size) return got;
  errno = EMSGSIZE;
  return -1;
}

/* The kernel's error in a message that ends an answer; 0 for none. */
static int error_of(const struct nlmsghdr *message) {
  int error = 0;
  if (message->nlmsg_len >= NLMSG_LENGTH(sizeof error)) memcpy(&error, NLMSG_DATA(message), sizeof error);
  return -error;
}

static int send_request(int fd, struct netlink_request *r) {
  static uint32_t sequence;
  r->header.nlmsg_seq = ++sequence;
  /* A list ends with a message of its own. */
  if ((r->header.nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP) r->header.nlmsg_flags |= NLM_F_ACK;
  ssize_t sent;
  do sent = send(fd, r, r->header.nlmsg_len, 0);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -1 : 0;
}

int netlink_ask(int fd, struct netlink_request *r, netlink_visit *each, void *context) {
  if (r->too_long) {
    errno = EMSGSIZE;
    return -1;
  }
  if (send_request(fd, r)) return -1;
  _Alignas(struct nlmsghdr) char buffer[32768];
  for (bool torn = false;;) {
    ssize_t got = netlink_receive(fd, buffer, sizeof buffer, 0);
    if (got < 0) return -1;
    unsigned left = (unsigned)got;
    for (const struct nlmsghdr *m = (const void *)buffer; NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
      if (m->nlmsg_seq != r->header.nlmsg_seq) continue;
      torn |= (m->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
      if (m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE) {
        errno = error_of(m);
        if (errno == 0 && torn) errno = EINTR;
        return errno ? -1 : 0;
      }
      if (each) each(m, context);
    }
  }
}

const struct rtattr *netlink_find(const struct nlmsghdr *message, size_t body, unsigned short type) {
  const struct rtattr *a = (const void *)((const char *)message + NLMSG_SPACE(body));
  long left = (long)message->nlmsg_len - (long)NLMSG_SPACE(body);
  for (; left >= (long)sizeof *a && RTA_OK(a, (unsigned)left); a = RTA_NEXT(a, left))
    if ((a->rta_type & NLA_TYPE_MASK) == type) return a;
  return NULL;
}
