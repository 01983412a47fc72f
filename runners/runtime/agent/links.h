/* Network interfaces. What fails returns -1 with errno. */
#ifndef LINKS_H
#define LINKS_H

int veth_add(const char *name, const char *peer);
int link_up(const char *name);
int link_delete(const char *name);
int address_add(const char *name, const char *cidr);

#endif
