#include "exec.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attributes.h"
#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "capabilities.h"
#include "cgroup_members.h"
#include "channel.h"
#include "connect.h"
#include "die.h"
#include "exec_plan.h"
#include "foreground.h"
#include "namespaces.h"
#include "pid_file.h"
#include "proc.h"
#include "process.h"
#include "stage.h"
#include "start.h"
#include "status.h"
#include "terminal.h"

static const char ENDED[] = "the process ended before it began";

/* What the processes of an exec get from the runtime. */
struct execution {
  const struct container *container;
  struct plan plan; /* of the new process */
  int first;        /* a pidfd of the container's process */
  int socket;       /* to the runtime */
  int console;      /* where the terminal is sent, or -1 */
  struct caller caller;
  struct cgroup_files cgroups;
};

/* Is the new process. */
static void become(void *context) {
  const struct execution *e = context;
  channel_await(e->socket, MESSAGE_GO_ON);
  if (setsid() < 0) die_errno("setsid");
  if (plan_find(&e->plan, V_TERMINAL)) {
    AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) die_errno("open the container's root");
    terminal_open(&e->plan, root, false, e->console);
  }
  process_prepare(&e->plan);
  process_become(&e->plan, &e->caller, e->socket);
}

/* Enters all namespaces that the container has of its own, at once. */
static void enter(const struct container *c, int first) {
  static const char *const types[] = {"user", "mnt", "uts", "ipc", "net", "pid", "cgroup", "time"};
  int flags = 0;
  AUTO_FREE char *path = format("/proc/%d/root", (int)c->pid);
  AUTO_CLOSE int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) die_errno("open %s", path);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (plan_has_namespace(&c->plan, types[i])) flags |= (int)namespace_flag(types[i]);
  if (prctl(PR_SET_DUMPABLE, 0)) die_errno("prctl(PR_SET_DUMPABLE)");
  if (flags && setns(first, flags)) die_errno("enter the container's namespaces");
  if (flags & CLONE_NEWUSER) namespaces_become_root();
  const struct step *how = plan_find(&c->plan, V_ENTER);
  if (!strcmp(how->text[ONLY], ENTER_CHROOT) && (fchdir(root) || chroot("."))) die_errno("enter the container's root");
  if (chdir("/")) die_errno("chdir /");
}

/* Is the stage: a process of its own enters, since the runtime stays where it is. */
static void stage(struct execution *e) NORETURN;
static void stage(struct execution *e) {
  const struct container *c = e->container;
  die_to(e->socket);
  channel_await(e->socket, MESSAGE_GO_ON);
  cgroups_join(&c->plan, &e->cgroups);
  enter(c, e->first);
  stage_spawn(&(struct stage){.plan = &e->plan, .socket = e->socket, .cgroup = -1, .child = become, .argument = e}, 0);
}

/* Makes the new process, which waits for the word to go on; the socket to it. */
static int spawn(struct execution *e, pid_t *pid) {
  int sockets[2], status;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) die_errno("socketpair");
  e->socket = sockets[1];
  pid_t between = fork();
  if (between < 0) die_errno("fork");
  if (between == 0) {
    close(sockets[0]);
    stage(e);
  }
  close(sockets[1]);
  cgroups_enter_v2(&e->container->plan, between);
  channel_order(sockets[0], MESSAGE_GO_ON, ENDED);
  AUTO_FREE char *text = channel_expect(sockets[0], MESSAGE_PID, ENDED);
  *pid = atoi(text);
  if (wait_child(between, &status)) die_errno("wait for the stage");
  return sockets[0];
}

/* Where the terminal is sent: to a socket of the caller's, or to this process, which then shows it. */
struct consoles {
  int sent, shown; /* -1 for none */
};

static struct consoles open_consoles(const struct plan *plan, const struct exec_options *options) {
  int pair[2];
  if (!plan_find(plan, V_TERMINAL)) return (struct consoles){-1, -1};
  if (options->console_socket) {
    int console = connect_path(options->console_socket);
    if (console < 0) die_errno("--console-socket: connect to %s", options->console_socket);
    return (struct consoles){console, -1};
  }
  if (options->detach) die("a detached process with a terminal needs --console-socket");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) die_errno("socketpair");
  return (struct consoles){pair[1], pair[0]};
}

int container_exec(struct container *c, const struct exec_options *options) {
  enum status status = container_status(c);
  if (status != RUNNING && status != CREATED) die("container \"%s\" is %s, not running", c->id, status_name(status));
  struct execution e = {.container = c, .plan = exec_plan(&c->plan, options), .caller = caller_of(options->preserve_fds)};
  struct consoles consoles = open_consoles(&e.plan, options);
  e.console = consoles.sent;
  capabilities_warn(&e.plan, plan_has_namespace(&c->plan, "user"));
  e.first = pidfd_open(c->pid);
  if (e.first < 0 || process_start_time(c->pid) != c->start_time) die("container \"%s\" is stopped, not running", c->id);
  cgroups_open(&c->plan, &e.cgroups);
  pid_t pid;
  int socket = spawn(&e, &pid);
  close_fd(&e.console);
  close(e.first);
  attributes_score(&e.plan, pid);
  if (options->pid_file) pid_file_write(options->pid_file, pid);
  channel_order(socket, MESSAGE_GO_ON, ENDED);
  start_converse(c, socket, pid);
  close(socket);
  return options->detach ? 0 : foreground_wait(pid, consoles.shown);
}
