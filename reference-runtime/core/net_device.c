#include "net_device.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/netlink.h"
#include "channel.h"
#include "die.h"
#include "fault.h"

/* What the user may have chosen for an address; the other flags are the kernel's to find out again. */
#define KEPT_FLAGS (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

struct move {
  const char *from, *name, *new_name;
  int index; /* in the namespace where the interface is now */
  unsigned flags;
  struct buf addresses; /* requests that add them again */
};

static int open_netlink(const struct move *move, unsigned groups) {
  int fd = netlink_open(groups);
  if (fd < 0) die_errno("%s: open a netlink socket", move->from);
  return fd;
}

static void note_link(const struct nlmsghdr *header, void *context) {
  struct move *move = context;
  if (header->nlmsg_type != RTM_NEWLINK) return;
  const struct ifinfomsg *link = NLMSG_DATA(header);
  move->index = link->ifi_index;
  move->flags = link->ifi_flags;
}

static int find_link(int fd, const char *name, netlink_visit *each, struct move *move) {
  struct ifinfomsg any = {.ifi_family = AF_UNSPEC};
  struct netlink_request m;
  netlink_begin(&m, RTM_GETLINK, 0, &any, sizeof any);
  netlink_add(&m, IFLA_IFNAME, name, strlen(name) + 1);
  return netlink_ask(fd, &m, each, move);
}

static int set_up(int fd, int index, bool up) {
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP};
  struct netlink_request m;
  netlink_begin(&m, RTM_NEWLINK, 0, &link, sizeof link);
  return netlink_ask(fd, &m, NULL, NULL);
}

/* Turns an address that is to be kept into the request that adds it. Broadcast and label stay behind: they are no part of the address. */
static void note_address(const struct nlmsghdr *header, void *context) {
  struct move *move = context;
  static const unsigned short kept[] = {IFA_LOCAL, IFA_ADDRESS, IFA_RT_PRIORITY, IFA_CACHEINFO};
  const struct ifaddrmsg *old = NLMSG_DATA(header);
  if (header->nlmsg_type != RTM_NEWADDR || (int)old->ifa_index != move->index || old->ifa_scope != RT_SCOPE_UNIVERSE) return;
  if (old->ifa_family != AF_INET && (old->ifa_family != AF_INET6 || fault("net-device-loses-ipv6"))) return;
  const struct rtattr *a = netlink_find(header, sizeof *old, IFA_FLAGS);
  uint32_t flags = old->ifa_flags;
  if (a) memcpy(&flags, RTA_DATA(a), sizeof flags);
  if (!(flags & IFA_F_PERMANENT)) return;
  flags &= KEPT_FLAGS;
  struct ifaddrmsg body = {.ifa_family = old->ifa_family, .ifa_prefixlen = old->ifa_prefixlen, .ifa_scope = old->ifa_scope};
  struct netlink_request m;
  netlink_begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &body, sizeof body);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    if ((a = netlink_find(header, sizeof *old, kept[i]))) netlink_add(&m, a->rta_type, RTA_DATA(a), RTA_PAYLOAD(a));
  netlink_add(&m, IFA_FLAGS, &flags, sizeof flags);
  buf_add(&move->addresses, &m, sizeof m);
}

static int list_addresses(int fd, struct move *move) {
  struct ifaddrmsg any = {.ifa_family = AF_UNSPEC};
  /* Other addresses of the host may change meanwhile, which spoils a list. */
  for (int tries = 0; tries < 20; tries++) {
    struct netlink_request m;
    netlink_begin(&m, RTM_GETADDR, NLM_F_DUMP, &any, sizeof any);
    move->addresses.len = 0;
    if (netlink_ask(fd, &m, note_address, move) == 0) return 0;
    if (errno != EINTR) return -1;
  }
  return -1;
}

static int add_addresses(int fd, const struct move *move) {
  for (size_t at = 0; at < move->addresses.len; at += sizeof(struct netlink_request)) {
    struct netlink_request m;
    memcpy(&m, move->addresses.data + at, sizeof m);
    struct ifaddrmsg *body = NLMSG_DATA(&m.header);
    body->ifa_index = (uint32_t)move->index;
    if (netlink_ask(fd, &m, NULL, NULL)) return -1;
  }
  return 0;
}

/* In the target: is the name free? The kernel moves before it renames, so its own refusal can come too late. */
static void check_target(int fd, const struct move *move) {
  const char *name = *move->new_name ? move->new_name : move->name;
  if (strchr(name, '%')) return;
  if (find_link(fd, name, NULL, NULL) == 0) die("%s: the container's network namespace already has an interface %s", move->from, name);
  if (errno != ENODEV) die_errno("%s: look for %s in the container's network namespace", move->from, name);
}

static void change_mtu(int fd, const struct move *move) {
  static const uint32_t mtu = 1400;
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = move->index};
  struct netlink_request m;
  netlink_begin(&m, RTM_NEWLINK, 0, &link, sizeof link);
  netlink_add(&m, IFLA_MTU, &mtu, sizeof mtu);
  if (netlink_ask(fd, &m, NULL, NULL)) die_errno("%s: set the MTU of %s", move->from, move->name);
}

static void finish_in_target(int fd, const struct move *move) {
  if (fault("net-device-mtu-changed")) change_mtu(fd, move);
  if (add_addresses(fd, move)) die_errno("%s: set the addresses of %s in the container's network namespace", move->from, move->name);
  if (set_up(fd, move->index, true)) die_errno("%s: bring %s up in the container's network namespace", move->from, move->name);
}

/* Does something in the target namespace, in a child so that this process stays where it is. The child's message becomes ours. */
static void in_target(const struct move *move, int netns_fd, void (*act)(int fd, const struct move *move)) {
  int pair[2], status;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) die_errno("%s: socketpair", move->from);
  pid_t pid = fork();
  if (pid < 0) die_errno("%s: fork", move->from);
  if (pid == 0) {
    before_death(NULL, NULL); /* what there is to clean up is the parent's */
    die_to(pair[1]);
    if (setns(netns_fd, CLONE_NEWNET)) die_errno("%s: enter the container's network namespace", move->from);
    act(open_netlink(move, 0), move);
    channel_say(pair[1], MESSAGE_DONE);
    _exit(0);
  }
  close(pair[1]);
  free(channel_expect(pair[0], MESSAGE_DONE, "linux.netDevices: the process in the container's network namespace ended without a word"));
  close(pair[0]);
  if (wait_child(pid, &status)) die_errno("%s: wait for the process in the container's network namespace", move->from);
}

/* The index in the target, from the notice of the departure: the old one, unless another interface there has it. */
static int index_after_move(int watch, const struct move *move) {
  static char buffer[65536] __attribute__((aligned(8)));
  for (;;) {
    ssize_t got = netlink_receive(watch, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return move->index; /* before Linux 4.16 the notice did not tell */
    if (got < 0) die_errno("%s: read where %s went", move->from, move->name);
    unsigned left = (unsigned)got;
    for (const struct nlmsghdr *h = (const void *)buffer; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
      const struct ifinfomsg *link = NLMSG_DATA(h);
      if (h->nlmsg_type != RTM_DELLINK || link->ifi_index != move->index) continue;
      const struct rtattr *a = netlink_find(h, sizeof *link, IFLA_NEW_IFINDEX);
      if (!a) continue;
      int index;
      memcpy(&index, RTA_DATA(a), sizeof index);
      return index;
    }
  }
}

/* The kernel's rules, checked before anything changes: it finds a wrong name only when the interface has moved. */
static bool valid_name(const char *name) {
  const char *percent = strchr(name, '%');
  if (!*name || strlen(name) >= IFNAMSIZ || !strcmp(name, ".") || !strcmp(name, "..")) return false;
  if (percent && (percent[1] != 'd' || strchr(percent + 1, '%'))) return false;
  for (; *name; name++)
    if (*name == '/' || *name == ':' || isspace((unsigned char)*name)) return false;
  return true;
}

void net_device_move(const char *from, const char *name, const char *new_name, int netns_fd) {
  struct move move = {.from = from, .name = name, .new_name = strcmp(name, new_name) ? new_name : ""};
  if (!valid_name(name) || strchr(name, '%')) die("%s: %s cannot be the name of an interface", from, name);
  if (*new_name && !valid_name(new_name)) die("%s: %s cannot be the name of an interface", from, new_name);
  AUTO_CLOSE int fd = open_netlink(&move, 0), watch = open_netlink(&move, RTMGRP_LINK);
  if (find_link(fd, name, note_link, &move)) die_errno("%s: find the interface %s", from, name);
  if (move.flags & IFF_LOOPBACK) die("%s: %s is a loopback interface, which cannot move", from, name);
  if (list_addresses(fd, &move)) die_errno("%s: list the addresses of %s", from, name);
  in_target(&move, netns_fd, check_target);
  if (set_up(fd, move.index, false)) die_errno("%s: set %s down", from, name);
  struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = move.index};
  struct netlink_request m;
  netlink_begin(&m, RTM_NEWLINK, 0, &link, sizeof link);
  netlink_add(&m, IFLA_NET_NS_FD, &netns_fd, sizeof netns_fd);
  /* Without a name the kernel keeps the one there is, or refuses. */
  if (*move.new_name) netlink_add(&m, IFLA_IFNAME, move.new_name, strlen(move.new_name) + 1);
  if (netlink_ask(fd, &m, NULL, NULL)) {
    int error = errno;
    /* Going down cost it the IPv6 addresses: what could not move is left as it was. */
    if ((move.flags & IFF_UP) && add_addresses(fd, &move) == 0) (void)set_up(fd, move.index, true);
    errno = error;
    die_errno("%s: move %s into the container's network namespace", from, name);
  }
  move.index = index_after_move(watch, &move);
  in_target(&move, netns_fd, finish_in_target);
  free(move.addresses.data);
}
