/* Terminals that arrive over a Unix socket. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "reply.h"

void do_console(const struct args *a, struct buf *reply);
/* A socket that listens at the path, for everybody. -1 with errno. */
int listen_at(const char *path);

#endif
