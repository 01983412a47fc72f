/* Network interfaces. What fails returns -1 with errno. */
#ifndef LINKS_H
#define LINKS_H

#include <stdint.h>

int veth_add(const char *name, const char *peer);
int link_up(const char *name);
int link_mtu(const char *name, uint32_t mtu);
int link_name_add(const char *name, const char *alternative);
int link_delete(const char *name);
int address_add(const char *name, const char *cidr);

#endif
