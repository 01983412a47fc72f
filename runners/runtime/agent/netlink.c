/* The few rtnetlink requests that fixtures need: a veth pair, up, an address, delete. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker.h"

struct request {
  struct nlmsghdr header;
  char body[512];
};

static void *put(struct request *r, const void *data, size_t len) {
  void *at = (char *)r + NLMSG_ALIGN(r->header.nlmsg_len);
  if (data) memcpy(at, data, len);
  else memset(at, 0, len);
  r->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->header.nlmsg_len) + len);
  return at;
}

static struct rtattr *attribute(struct request *r, unsigned short type, const void *data, size_t len) {
  struct rtattr head = {.rta_len = (unsigned short)(RTA_LENGTH(len)), .rta_type = type};
  struct rtattr *at = put(r, &head, sizeof head);
  if (len) put(r, data, len);
  return at;
}

static void end(struct request *r, struct rtattr *nested) {
  nested->rta_len = (unsigned short)((char *)r + r->header.nlmsg_len - (char *)nested);
}

static int exchange(struct request *r) {
  AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return -1;
  r->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  if (send(fd, r, r->header.nlmsg_len, 0) < 0) return -1;
  struct {
    struct nlmsghdr header;
    struct nlmsgerr error;
    char rest[1024];
  } answer;
  if (recv(fd, &answer, sizeof answer, 0) < 0) return -1;
  if (answer.header.nlmsg_type != NLMSG_ERROR) return errno = EPROTO, -1;
  return answer.error.error ? (errno = -answer.error.error, -1) : 0;
}

static void begin_link(struct request *r, unsigned short type, unsigned short flags, int index) {
  *r = (struct request){.header = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = type, .nlmsg_flags = flags}};
  struct ifinfomsg info = {.ifi_family = AF_UNSPEC, .ifi_index = index};
  put(r, &info, sizeof info);
}

int veth_add(const char *name, const char *peer) {
  struct request r;
  begin_link(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  attribute(&r, IFLA_IFNAME, name, strlen(name) + 1);
  struct rtattr *info = attribute(&r, IFLA_LINKINFO, NULL, 0);
  attribute(&r, IFLA_INFO_KIND, "veth", 4);
  struct rtattr *data = attribute(&r, IFLA_INFO_DATA, NULL, 0);
  struct rtattr *other = attribute(&r, VETH_INFO_PEER, NULL, 0);
  put(&r, NULL, sizeof(struct ifinfomsg));
  attribute(&r, IFLA_IFNAME, peer, strlen(peer) + 1);
  end(&r, other);
  end(&r, data);
  end(&r, info);
  return exchange(&r);
}

int link_up(const char *name) {
  struct request r;
  int index = (int)if_nametoindex(name);
  if (!index) return errno = ENODEV, -1;
  begin_link(&r, RTM_NEWLINK, 0, index);
  struct ifinfomsg *info = NLMSG_DATA(&r.header);
  info->ifi_flags = IFF_UP;
  info->ifi_change = IFF_UP;
  return exchange(&r);
}

int link_delete(const char *name) {
  struct request r;
  int index = (int)if_nametoindex(name);
  if (!index) return errno = ENODEV, -1;
  begin_link(&r, RTM_DELLINK, 0, index);
  return exchange(&r);
}

int address_add(const char *name, const char *cidr) {
  AUTO_FREE char *text = xstrdup(cidr);
  char *slash = strchr(text, '/');
  int family = strchr(text, ':') ? AF_INET6 : AF_INET;
  if (slash) *slash++ = 0;
  unsigned char address[16];
  if (inet_pton(family, text, address) != 1) return errno = EINVAL, -1;
  size_t len = family == AF_INET6 ? 16 : 4;
  struct request r = {.header = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = RTM_NEWADDR, .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL}};
  struct ifaddrmsg info = {.ifa_family = (unsigned char)family,
                           .ifa_prefixlen = (unsigned char)(slash ? atoi(slash) : (int)len * 8),
                           .ifa_scope = RT_SCOPE_UNIVERSE,
                           /* No duplicate address detection: the address is usable at once. */
                           .ifa_flags = family == AF_INET6 ? IFA_F_NODAD | IFA_F_PERMANENT : IFA_F_PERMANENT,
                           .ifa_index = if_nametoindex(name)};
  put(&r, &info, sizeof info);
  attribute(&r, IFA_LOCAL, address, len);
  attribute(&r, IFA_ADDRESS, address, len);
  return exchange(&r);
}
