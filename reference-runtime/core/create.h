/* The operations that make and end containers, as functions. */
#ifndef CREATE_H
#define CREATE_H

#include "state.h"

struct create_options {
  const char *id;
  const char *bundle;
  const char *plan_file; /* a plan made beforehand; NULL lets Node lower the bundle's config */
  const char *pid_file;
  const char *console_socket;
  int console; /* a socket for the terminal that is open already, or -1 */
  unsigned preserve_fds;
};

/* Creates a container; dies on any failure, and then nothing is left of it. */
void container_create(struct container *c, const struct create_options *options);
/* Starts a created one; dies on failure. */
void container_start(struct container *c);
/* From now on whatever ends this process with an error destroys the container first. */
void container_dies_with_us(struct container *c);
/* Listens to a process on its way to its program: returns when it runs it, dies of its errors, and serves its seccomp listener. */
void start_converse(struct container *c, int connection, pid_t pid);
/* Ends what is left of a container, undoes what create made, and runs the poststop hooks. */
void container_destroy(struct container *c);
/* Kills the container's process and waits for its end. */
void container_kill_and_wait(const struct container *c);

/* The container's side: waits for the runtime's word, builds the container, and becomes its program. */
void init_run(struct container *c, int socket, int listener, int console, mode_t umask, unsigned first_closed) NORETURN;

/* A connection to a socket by its path, which may be long. -1 with errno. */
int connect_path(const char *path);
void write_pid_file(const char *path, pid_t pid);
bool has_namespace(const struct plan *plan, const char *type);
/* Enters the namespaces that the plan joins, in an order that the rights allow. */
void namespaces_join(const struct plan *plan);
/* Takes the ids 0 of a user namespace just entered, if they are mapped. */
void namespaces_become_root(void);
unsigned long namespace_flag(const char *type);

#endif
