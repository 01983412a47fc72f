/* Things outside the container that a case needs: namespaces to join, interfaces to move, cgroups that are there already. */
#ifndef FIXTURES_H
#define FIXTURES_H

#include "reply.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Makes a namespace of that type and binds it to the path; its holder keeps a PID namespace alive. -1 with errno. */
int make_namespace(const char *path, const char *type, pid_t *holder);
/* A veth, and what it is given. */
struct interface {
  const char *name;
  bool up;
  uint32_t mtu;                  /* 0 for the kernel's own */
  const char *alternative_names; /* with spaces between */
  char *const *addresses;        /* CIDR */
  uint32_t address_count;
};
/* Makes a veth in this network namespace; its peer is up. NULL, or the step that failed with errno. */
const char *make_interface(const struct interface *i, const char *peer);
/* Makes a cgroup in every hierarchy that the sandbox shows. -1 with errno. */
int make_cgroup(const char *path);

void do_namespace(const struct args *a, struct buf *reply);
void do_interface(const struct args *a, struct buf *reply);
void do_cgroup(const struct args *a, struct buf *reply);

/* Whether something is a fixture of the case under way, or belongs to one. */
bool is_fixture_process(pid_t pid);
bool is_fixture_interface(const char *name);
bool is_fixture_cgroup(const char *path);
void each_fixture_interface(void (*fn)(const char *name));
/* At the end of a case. */
void fixtures_reset(void);

#endif
