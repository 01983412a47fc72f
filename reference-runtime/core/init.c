/* The container's process, from its birth to its program. */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "cgroup.h"
#include "channel.h"
#include "create.h"
#include "hooks.h"
#include "kernel.h"
#include "mounts.h"
#include "process.h"
#include "rootfs.h"

static void set_names(const struct plan *plan) {
  const struct step *s;
  if ((s = plan_find(plan, V_HOSTNAME)) && sethostname(s->text[0], strlen(s->text[0]))) die_errno("%s: sethostname", s->from);
  if ((s = plan_find(plan, V_DOMAINNAME)) && setdomainname(s->text[0], strlen(s->text[0]))) die_errno("%s: setdomainname", s->from);
}

static void set_parameters(const struct plan *plan) {
  EACH(plan, SYSCTL, s) {
    AUTO_FREE char *path = format("/proc/sys/%s", s->text[0]);
    if (write_setting(path, s->text[1])) die_errno("%s: write %s", s->from, path);
  }
}

/* What was opened to build the container does not stay open while it waits. */
static void close_all_but(unsigned from, int one, int other) {
  unsigned low = (unsigned)(one < other ? one : other), high = (unsigned)(one < other ? other : one);
  if (low > from) (void)syscall(SYS_close_range, from, low - 1, 0U);
  if (high > low + 1) (void)syscall(SYS_close_range, low + 1, high - 1, 0U);
  (void)syscall(SYS_close_range, high + 1, ~0U, 0U);
}

/* Waits until `start` connects and says so; whoever only looks hangs up without a word. */
static int wait_for_start(int listener) {
  for (;;) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      _exit(1);
    }
    char byte = 0;
    if (recv(connection, &byte, 1, 0) == 1 && byte == 's') {
      close(listener);
      return connection;
    }
    close(connection);
  }
}

static void start_hooks(const struct container *c, int connection) {
  AUTO_FREE char *state = state_json(c, &c->plan, CREATED, getpid());
  AUTO_FREE char *wrong = hooks_run(&c->plan, "startContainer", state);
  if (!wrong) return;
  /* A hook's failure destroys the container; `h` tells it from a program that cannot be executed. */
  AUTO_FREE char *packet = format("h%s", wrong);
  (void)!send(connection, packet, strlen(packet), MSG_NOSIGNAL);
  _exit(1);
}

void init_run(struct container *c, int socket, int listener, int console, mode_t caller_umask, unsigned first_closed) {
  const struct plan *plan = &c->plan;
  at_death = NULL;
  die_to(socket);
  /* The lock on the container's directory is the runtime's. */
  close(c->dir);
  cgroups_join(plan);
  channel_await(socket, 'g');
  umask(0);
  if (setsid() < 0) die_errno("setsid");
  if (plan_find_named(plan, V_NAMESPACE, "cgroup") && unshare(CLONE_NEWCGROUP)) die_errno("linux.namespaces: make a cgroup namespace");
  set_names(plan);
  set_parameters(plan);
  mounts_prepare(&c->plan);
  int root = rootfs_build(plan);
  const struct step *terminal = plan_find(plan, V_TERMINAL);
  if (terminal) {
    terminal_open(terminal, root, "dev", true, console, plan_find(plan, V_USER));
    close(console);
  }
  channel_say(socket, 'h');
  channel_await(socket, 'c');
  AUTO_FREE char *state = state_json(c, plan, CREATING, getpid());
  char *wrong = hooks_run(plan, "createContainer", state);
  if (wrong) die("%s", wrong);
  rootfs_cover(plan, root);
  rootfs_enter(plan, root);
  close(root);
  /* A startContainer hook may well put the program where it is looked for. */
  if (!plan_find_named(plan, V_HOOK, "startContainer")) process_find(plan);
  process_prepare(plan);
  close_all_but(first_closed, socket, listener);
  channel_say(socket, 'r');
  channel_await(socket, 'k');
  close(socket);
  int connection = wait_for_start(listener);
  die_to(connection);
  start_hooks(c, connection);
  process_become(plan, caller_umask, first_closed, connection);
}
