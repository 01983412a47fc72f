/* What network interfaces there are, and their addresses: asked of the kernel by index, since an address's label is no interface's name. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attempts.h"
#include "c/buf.h"
#include "c/file.h"
#include "c/netlink.h"

enum { MAX_ADDRESSES = 256 };

struct found {
  unsigned index;
  char cidr[INET6_ADDRSTRLEN + 8];
};

struct addresses {
  struct found list[MAX_ADDRESSES];
  int count;
};

/* Notes the address of one message. */
static void note(const struct nlmsghdr *message, void *context) {
  struct addresses *all = context;
  if (message->nlmsg_type != RTM_NEWADDR || all->count == MAX_ADDRESSES) return;
  const struct ifaddrmsg *info = NLMSG_DATA(message);
  /* With a peer, the address is the peer's. */
  const struct rtattr *own = netlink_find(message, sizeof *info, IFA_LOCAL);
  if (!own) own = netlink_find(message, sizeof *info, IFA_ADDRESS);
  char text[INET6_ADDRSTRLEN];
  if (!own || !inet_ntop(info->ifa_family, RTA_DATA(own), text, sizeof text)) return;
  struct found *found = &all->list[all->count++];
  found->index = info->ifa_index;
  snprintf(found->cidr, sizeof found->cidr, "%s/%d", text, info->ifa_prefixlen);
}

/* Lists the addresses of all interfaces. 0, or -1 with errno. */
static int list_addresses(int fd, struct addresses *all) {
  static const struct ifaddrmsg any = {.ifa_family = AF_UNSPEC};
  struct netlink_request r;
  netlink_begin(&r, RTM_GETADDR, NLM_F_DUMP, &any, sizeof any);
  return netlink_ask(fd, &r, note, all);
}

/* The attributes of the interface that a message is about. */
static void write_link(const struct nlmsghdr *message, void *context) {
  struct buf *b = context;
  if (message->nlmsg_type != RTM_NEWLINK) return;
  const struct rtattr *mtu = netlink_find(message, sizeof(struct ifinfomsg), IFLA_MTU),
                      *list = netlink_find(message, sizeof(struct ifinfomsg), IFLA_PROP_LIST);
  uint32_t value = 0;
  if (mtu) memcpy(&value, RTA_DATA(mtu), sizeof value);
  json_key(b, "mtu"), json_num(b, value);
  json_key(b, "alternativeNames");
  json_open(b, '[');
  unsigned left = list ? (unsigned)RTA_PAYLOAD(list) : 0;
  for (const struct rtattr *each = list ? RTA_DATA(list) : NULL; each && RTA_OK(each, left); each = RTA_NEXT(each, left))
    if (each->rta_type == IFLA_ALT_IFNAME) json_str(b, RTA_DATA(each));
  json_close(b, ']');
}

/* Asks for one interface's attributes. 0, or -1 with errno. */
static int describe_link(int fd, unsigned index, struct buf *b) {
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
  struct netlink_request r;
  netlink_begin(&r, RTM_GETLINK, 0, &link, sizeof link);
  return netlink_ask(fd, &r, write_link, b);
}

static bool is_up(int fd, const char *name) {
  struct ifreq request = {0};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  return !ioctl(fd, SIOCGIFFLAGS, &request) && request.ifr_flags & IFF_UP;
}

/* interfaces */
void try_interfaces(struct buf *b, const struct attempt *a) {
  (void)a;
  struct addresses all = {.count = 0};
  struct if_nameindex *names = if_nameindex();
  AUTO_CLOSE int fd = netlink_open(0);
  bool failed = !names || fd < 0 || list_addresses(fd, &all);
  json_errno(b, failed);
  json_key(b, "interfaces");
  json_open(b, '[');
  for (struct if_nameindex *n = names; !failed && n->if_index; n++) {
    json_open(b, '{');
    json_key(b, "name"), json_str(b, n->if_name);
    json_key(b, "up"), json_bool(b, is_up(fd, n->if_name));
    (void)describe_link(fd, n->if_index, b);
    json_key(b, "addresses");
    json_open(b, '[');
    for (int i = 0; i < all.count; i++)
      if (all.list[i].index == n->if_index) json_str(b, all.list[i].cidr);
    json_close(b, ']');
    json_close(b, '}');
  }
  json_close(b, ']');
  if (names) if_freenameindex(names);
}
