/* What network interfaces there are, and their addresses: asked of the kernel by index, since an address's label is no interface's name. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attempts.h"

enum { MAX_ADDRESSES = 256 };

struct found {
  unsigned index;
  char cidr[INET6_ADDRSTRLEN + 8];
};

/* Notes the address of one message. */
static void note(struct nlmsghdr *message, struct found *list, int *count) {
  struct ifaddrmsg *info = NLMSG_DATA(message);
  int left = (int)IFA_PAYLOAD(message);
  const void *local = NULL, *address = NULL;
  for (struct rtattr *each = IFA_RTA(info); RTA_OK(each, left); each = RTA_NEXT(each, left)) {
    if (each->rta_type == IFA_LOCAL) local = RTA_DATA(each);
    if (each->rta_type == IFA_ADDRESS) address = RTA_DATA(each);
  }
  char text[INET6_ADDRSTRLEN];
  /* With a peer, the address is the peer's. */
  const void *own = local ? local : address;
  if (!own || *count == MAX_ADDRESSES || !inet_ntop(info->ifa_family, own, text, sizeof text)) return;
  list[*count].index = info->ifa_index;
  snprintf(list[*count].cidr, sizeof list->cidr, "%s/%d", text, info->ifa_prefixlen);
  ++*count;
}

/* Lists the addresses of all interfaces. Returns how many, or -1 with errno. */
static int dump(int fd, struct found *list) {
  struct {
    struct nlmsghdr header;
    struct ifaddrmsg info;
  } request = {{.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETADDR, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}, {0}};
  if (send(fd, &request, sizeof request, 0) < 0) return -1;
  _Alignas(struct nlmsghdr) char answer[32768];
  for (int count = 0;;) {
    ssize_t got = recv(fd, answer, sizeof answer, 0);
    if (got < 0) return -1;
    unsigned left = (unsigned)got;
    for (struct nlmsghdr *each = (struct nlmsghdr *)answer; NLMSG_OK(each, left); each = NLMSG_NEXT(each, left)) {
      if (each->nlmsg_type == NLMSG_DONE) return count;
      if (each->nlmsg_type == NLMSG_ERROR) return errno = -((struct nlmsgerr *)NLMSG_DATA(each))->error, -1;
      if (each->nlmsg_type == RTM_NEWADDR) note(each, list, &count);
    }
  }
}

static bool is_up(int fd, const char *name) {
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  return !ioctl(fd, SIOCGIFFLAGS, &request) && request.ifr_flags & IFF_UP;
}

/* interfaces */
void try_interfaces(struct buf *b, const struct attempt *a) {
  (void)a;
  struct found list[MAX_ADDRESSES];
  struct if_nameindex *names = if_nameindex();
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int count = names && fd >= 0 ? dump(fd, list) : -1;
  json_errno(b, count < 0);
  json_key(b, "interfaces");
  json_open(b, '[');
  for (struct if_nameindex *n = names; count >= 0 && n->if_index; n++) {
    json_open(b, '{');
    json_key(b, "name"), json_str(b, n->if_name);
    json_key(b, "up"), json_bool(b, is_up(fd, n->if_name));
    json_key(b, "addresses");
    json_open(b, '[');
    for (int i = 0; i < count; i++)
      if (list[i].index == n->if_index) json_str(b, list[i].cidr);
    json_close(b, ']');
    json_close(b, '}');
  }
  json_close(b, ']');
  if (fd >= 0) close(fd);
  if (names) if_freenameindex(names);
}
