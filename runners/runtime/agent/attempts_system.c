/* Attempts on what the kernel shares: host name, IPC, signals, network. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "attempts.h"

/* sethostname: name; the old name is restored */
void try_sethostname(struct buf *b, const struct attempt *a) {
  struct utsname before;
  bool known = !uname(&before);
  int failed = sethostname(field(a, 1), strlen(field(a, 1)));
  json_errno(b, failed);
  if (!failed && known) (void)!sethostname(before.nodename, strlen(before.nodename));
}

/* shm: key create */
void try_shm(struct buf *b, const struct attempt *a) {
  json_errno(b, shmget((key_t)field_number(a, 1), 4096, field_number(a, 2) ? IPC_CREAT | 0600 : 0) < 0);
}

/* kill: pid signal */
void try_kill(struct buf *b, const struct attempt *a) { json_errno(b, kill((pid_t)field_number(a, 1), (int)field_number(a, 2))); }

/* The raw bytes of an IPv4 or IPv6 address, and how many; NULL for other families. */
static const unsigned char *bytes_of(const struct sockaddr *address, int *len) {
  *len = address->sa_family == AF_INET6 ? 16 : 4;
  if (address->sa_family == AF_INET6) return ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr;
  if (address->sa_family != AF_INET) return NULL;
  return (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
}

static int prefix(const struct sockaddr *mask) {
  int len, bits = 0;
  const unsigned char *bytes = bytes_of(mask, &len);
  for (int i = 0; bytes && i < len; i++) bits += __builtin_popcount(bytes[i]);
  return bits;
}

static void addresses(struct buf *b, const struct ifaddrs *all, const char *name) {
  json_key(b, "addresses");
  json_open(b, '[');
  for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
    if (strcmp(i->ifa_name, name) || !i->ifa_addr || !i->ifa_netmask) continue;
    char text[INET6_ADDRSTRLEN], cidr[INET6_ADDRSTRLEN + 16];
    int len;
    const unsigned char *address = bytes_of(i->ifa_addr, &len);
    if (!address || !inet_ntop(i->ifa_addr->sa_family, address, text, sizeof text)) continue;
    snprintf(cidr, sizeof cidr, "%s/%d", text, prefix(i->ifa_netmask));
    json_str(b, cidr);
  }
  json_close(b, ']');
}

/* interfaces */
void try_interfaces(struct buf *b, const struct attempt *a) {
  (void)a;
  struct ifaddrs *all = NULL;
  struct if_nameindex *names = if_nameindex();
  int failed = !names || getifaddrs(&all);
  json_errno(b, failed);
  json_key(b, "interfaces");
  json_open(b, '[');
  for (struct if_nameindex *n = names; !failed && n->if_index; n++) {
    unsigned flags = 0;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next)
      if (!strcmp(i->ifa_name, n->if_name)) flags |= i->ifa_flags;
    json_open(b, '{');
    json_key(b, "name"), json_str(b, n->if_name);
    json_key(b, "up"), json_bool(b, flags & IFF_UP);
    addresses(b, all, n->if_name);
    json_close(b, '}');
  }
  json_close(b, ']');
  if (all) freeifaddrs(all);
  if (names) if_freenameindex(names);
}
