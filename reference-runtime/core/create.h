/* The operation create (runtime.md, "Create"). */
#ifndef CREATE_H
#define CREATE_H

#include "container.h"

struct create_options {
  const char *root; /* of all containers' directories */
  const char *id;
  const char *bundle;
  const char *plan_file; /* a plan made beforehand; NULL lets the front lower the bundle's config */
  const char *pid_file;
  const char *console_socket;
  int console; /* a socket for the terminal that is open already, or -1 */
  unsigned preserve_fds;
};

/* Creates a container; dies on any failure, and then nothing is left of it. */
void container_create(struct container *c, const struct create_options *options);

#endif
