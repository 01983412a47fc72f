/* Open descriptors that travel over Unix sockets. */
#ifndef C_DESCRIPTORS_H
#define C_DESCRIPTORS_H

#include <stddef.h>
#include <sys/types.h>

/* Sends bytes with a descriptor: how many bytes, or -1 with errno. */
ssize_t descriptor_send(int socket, int descriptor, const void *bytes, size_t length);
/* Receives at most `size` bytes, and the first descriptor that came along, or -1 in its place: how many bytes, or -1 with errno. */
ssize_t descriptor_receive(int socket, void *bytes, size_t size, int *descriptor);

enum { MOST_DESCRIPTORS = 253 }; /* the kernel takes no more in one message */
/* The same for all that came along, with recvmsg(2)'s flags; `count` tells how many these are. */
ssize_t descriptors_receive(int socket, void *bytes, size_t size, int flags, int descriptors[MOST_DESCRIPTORS], size_t *count);

#endif
