/* Another process in a running container. */
#ifndef EXEC_H
#define EXEC_H

#include <stdbool.h>
#include <stddef.h>

#include "container.h"

enum { MAX_EXEC_ENV = 256 };

struct exec_options {
  const char *process_file;
  const char *pid_file, *console_socket, *cwd, *user;
  const char *env[MAX_EXEC_ENV];
  size_t env_count;
  bool tty, detach, no_new_privileges;
  unsigned preserve_fds;
  char **args; /* of the simple form */
};

/* Runs another process in a running container; returns its exit code, 0 with detach. */
int container_exec(struct container *c, const struct exec_options *options);

#endif
