#ifndef NET_DEVICE_H
#define NET_DEVICE_H

/*
 * Moves the interface `name` of this network namespace into the one of `netns_fd`, with its permanent global addresses, and brings it up
 * there. It becomes `new_name`: empty for the name it has, with `%d` for a number of the kernel's choice; a taken name is an error.
 * Dies with a message that starts with `from`, the property that asks for it.
 */
void net_device_move(const char *from, const char *name, const char *new_name, int netns_fd);

#endif
