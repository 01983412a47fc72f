#include "links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "c/file.h"
#include "c/memory.h"
#include "c/netlink.h"

/* Asks for one thing, on a socket of its own. */
static int ask_once(struct netlink_request *r) {
  AUTO_CLOSE int fd = netlink_open(0);
  return fd < 0 ? -1 : netlink_ask(fd, r, NULL, NULL);
}

int veth_add(const char *name, const char *peer) {
  static const struct ifinfomsg any = {.ifi_family = AF_UNSPEC};
  struct netlink_request r;
  netlink_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &any, sizeof any);
  netlink_add(&r, IFLA_IFNAME, name, strlen(name) + 1);
  struct rtattr *info = netlink_nest(&r, IFLA_LINKINFO, NULL, 0);
  netlink_add(&r, IFLA_INFO_KIND, "veth", 4);
  struct rtattr *data = netlink_nest(&r, IFLA_INFO_DATA, NULL, 0);
  struct rtattr *other = netlink_nest(&r, VETH_INFO_PEER, &any, sizeof any);
  netlink_add(&r, IFLA_IFNAME, peer, strlen(peer) + 1);
  netlink_end(&r, other);
  netlink_end(&r, data);
  netlink_end(&r, info);
  return ask_once(&r);
}

/* How a request names an interface: its body. -1 with errno when there is none. */
static int find_link(struct ifinfomsg *link, const char *name) {
  *link = (struct ifinfomsg){.ifi_family = AF_UNSPEC, .ifi_index = (int)if_nametoindex(name)};
  if (link->ifi_index) return 0;
  errno = ENODEV;
  return -1;
}

int link_up(const char *name) {
  struct ifinfomsg link;
  struct netlink_request r;
  if (find_link(&link, name)) return -1;
  link.ifi_flags = link.ifi_change = IFF_UP;
  netlink_begin(&r, RTM_NEWLINK, 0, &link, sizeof link);
  return ask_once(&r);
}

int link_mtu(const char *name, uint32_t mtu) {
  struct ifinfomsg link;
  struct netlink_request r;
  if (find_link(&link, name)) return -1;
  netlink_begin(&r, RTM_NEWLINK, 0, &link, sizeof link);
  netlink_add(&r, IFLA_MTU, &mtu, sizeof mtu);
  return ask_once(&r);
}

int link_name_add(const char *name, const char *alternative) {
  struct ifinfomsg link;
  struct netlink_request r;
  if (find_link(&link, name)) return -1;
  netlink_begin(&r, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  struct rtattr *list = netlink_nest(&r, IFLA_PROP_LIST | NLA_F_NESTED, NULL, 0);
  netlink_add(&r, IFLA_ALT_IFNAME, alternative, strlen(alternative) + 1);
  netlink_end(&r, list);
  return ask_once(&r);
}

int link_delete(const char *name) {
  struct ifinfomsg link;
  struct netlink_request r;
  if (find_link(&link, name)) return -1;
  netlink_begin(&r, RTM_DELLINK, 0, &link, sizeof link);
  return ask_once(&r);
}

int address_add(const char *name, const char *cidr) {
  AUTO_FREE char *text = xstrdup(cidr);
  char *slash = strchr(text, '/');
  int family = strchr(text, ':') ? AF_INET6 : AF_INET;
  if (slash) *slash++ = 0;
  unsigned char address[16];
  if (inet_pton(family, text, address) != 1) {
    errno = EINVAL;
    return -1;
  }
  size_t len = family == AF_INET6 ? 16 : 4;
  struct ifaddrmsg info = {.ifa_family = (unsigned char)family,
                           .ifa_prefixlen = (unsigned char)(slash ? atoi(slash) : (int)len * 8),
                           .ifa_scope = RT_SCOPE_UNIVERSE,
                           /* No duplicate address detection: the address is usable at once. */
                           .ifa_flags = family == AF_INET6 ? IFA_F_NODAD | IFA_F_PERMANENT : IFA_F_PERMANENT,
                           .ifa_index = if_nametoindex(name)};
  struct netlink_request r;
  netlink_begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof info);
  netlink_add(&r, IFA_LOCAL, address, len);
  netlink_add(&r, IFA_ADDRESS, address, len);
  return ask_once(&r);
}
