#include "init.h"

#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "channel.h"
#include "cover.h"
#include "die.h"
#include "fault.h"
#include "hooks.h"
#include "kernel.h"
#include "mounts_open.h"
#include "program.h"
#include "rootfs.h"
#include "start_socket.h"
#include "status.h"
#include "terminal.h"

static void set_names(const struct plan *plan) {
  const struct step *host = plan_find(plan, V_HOSTNAME), *domain = plan_find(plan, V_DOMAINNAME);
  if (host && sethostname(host->text[ONLY], strlen(host->text[ONLY]))) die_errno("%s: sethostname", host->from);
  if (domain && setdomainname(domain->text[ONLY], strlen(domain->text[ONLY]))) die_errno("%s: setdomainname", domain->from);
}

static void set_parameters(const struct plan *plan) {
  EACH(plan, SYSCTL, s) {
    AUTO_FREE char *path = format("/proc/sys/%s", s->text[SYSCTL_PATH]);
    if (write_setting(path, s->text[SYSCTL_VALUE])) die_errno("%s: write %s", s->from, path);
  }
}

/* What was opened to build the container does not stay open while it waits. */
static void close_all_but(unsigned from, int one, int other) {
  unsigned low = (unsigned)(one < other ? one : other), high = (unsigned)(one < other ? other : one);
  if (low > from && close_range_now(from, low - 1)) die_errno("close descriptors");
  if (high > low + 1 && close_range_now(low + 1, high - 1)) die_errno("close descriptors");
  if (close_range_now(high + 1, ~0U)) die_errno("close descriptors");
}

/* What the runtime has prepared: cgroups, and interfaces in the network namespace. Then what belongs to no file system. */
static void settle(struct init *init) {
  const struct plan *plan = &init->container->plan;
  cgroups_join(plan, &init->cgroups);
  channel_await(init->socket, MESSAGE_GO_ON);
  umask(0);
  if (setsid() < 0) die_errno("setsid");
  if (plan_find_named(plan, V_NAMESPACE, "cgroup") && unshare(CLONE_NEWCGROUP)) die_errno("linux.namespaces: make a cgroup namespace");
  set_names(plan);
  set_parameters(plan);
}

/* The file system, with the runtime's and the container's hooks in between, and the entering of it. */
static void build(struct init *init) {
  struct plan *plan = &init->container->plan;
  mounts_open(plan);
  AUTO_CLOSE int root = rootfs_build(plan);
  if (plan_find(plan, V_TERMINAL)) {
    terminal_open(plan, root, true, init->console);
    close(init->console);
  }
  channel_say(init->socket, MESSAGE_ROOT_BUILT);
  channel_await(init->socket, MESSAGE_HOOKS_DONE);
  AUTO_FREE char *state = state_json(init->container, CREATING, getpid());
  char *wrong = hooks_run(plan, "createContainer", state);
  if (wrong) die("%s", wrong);
  rootfs_cover(plan, root);
  rootfs_enter(plan, root);
}

/* Waits for start: the connection to it. */
static int wait_for_start(const struct init *init) {
  if (!fault("host-directory-stays-open")) close_all_but(init->caller.first_closed, init->socket, init->listener);
  channel_say(init->socket, MESSAGE_READY);
  channel_await(init->socket, MESSAGE_CREATED);
  close(init->socket);
  return start_await(init->listener);
}

/* A hook's failure destroys the container, other than a program that cannot be executed. */
static void run_start_hooks(const struct container *c, int connection) {
  AUTO_FREE char *state = state_json(c, CREATED, getpid());
  AUTO_FREE char *wrong = hooks_run(&c->plan, "startContainer", state);
  if (!wrong) return;
  (void)message_send(connection, MESSAGE_HOOK_FAILED, wrong);
  _exit(1);
}

void init_main(struct init *init) {
  struct container *c = init->container;
  before_death(NULL, NULL);
  die_to(init->socket);
  /* The lock on the container's directory is the runtime's. */
  close(c->dir);
  settle(init);
  build(init);
  /* A startContainer hook may well put the program where it is looked for. */
  if (!plan_find_named(&c->plan, V_HOOK, "startContainer")) program_find(&c->plan);
  process_prepare(&c->plan);
  int connection = wait_for_start(init);
  die_to(connection);
  run_start_hooks(c, connection);
  process_become(&c->plan, &init->caller, connection);
}
