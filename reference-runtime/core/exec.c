#include "exec.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "channel.h"
#include "foreground.h"
#include "front.h"
#include "kernel.h"
#include "process.h"
#include "rootfs.h"

static void add(struct plan *plan, enum verb verb, const char *text) {
  plan->steps[plan->count++] = (struct step){.verb = verb, .from = "exec", .text = {text}};
}

static bool of_process(enum verb verb) { return (verb >= V_ENV && verb <= V_LISTENER) || verb == V_DENY_SETGROUPS; }

/* `uid[:gid]` */
static void set_user(struct plan *plan, const char *text) {
  char *end;
  long uid = strtol(text, &end, 10), gid = 0;
  if (end == text || uid < 0 || (*end && *end != ':')) die("--user %s: not UID[:GID]", text);
  if (*end == ':') {
    const char *second = end + 1;
    gid = strtol(second, &end, 10);
    if (end == second || *end || gid < 0) die("--user %s: not UID[:GID]", text);
  }
  plan->steps[plan->count++] = (struct step){.verb = V_USER, .from = "--user", .number = {uid, gid}};
}

static bool overridden(const struct exec_options *options, const struct step *s) {
  if (s->verb == V_CWD) return options->cwd != NULL;
  if (s->verb == V_USER) return options->user != NULL;
  if (s->verb != V_ENV) return false;
  size_t name = strcspn(s->text[0], "=");
  for (size_t i = 0; i < options->env_count; i++)
    if (!strncmp(options->env[i], s->text[0], name + 1)) return true;
  return false;
}

/* The container's own process with another program, as the command line says. */
static struct plan simple_plan(const struct plan *container, const struct exec_options *options) {
  struct plan plan = {.steps = NULL};
  size_t args = 0;
  while (options->args[args]) args++;
  plan.steps = xmalloc((container->count + args + options->env_count + 8) * sizeof *plan.steps);
  for (size_t i = 0; i < container->count; i++) {
    const struct step *s = &container->steps[i];
    if (of_process(s->verb) && !overridden(options, s)) plan.steps[plan.count++] = *s;
  }
  for (size_t i = 0; i < args; i++) add(&plan, V_ARG, options->args[i]);
  for (size_t i = 0; i < options->env_count; i++) add(&plan, V_ENV, options->env[i]);
  if (options->cwd) add(&plan, V_CWD, options->cwd);
  if (options->user) set_user(&plan, options->user);
  if (options->no_new_privileges) add(&plan, V_NO_NEW_PRIVILEGES, "");
  if (options->tty) plan.steps[plan.count++] = (struct step){.verb = V_TERMINAL, .from = "--tty"};
  return plan;
}

/* A process from a file gets the container's filter, which is not part of it. */
static struct plan file_plan(const struct plan *container, const struct exec_options *options) {
  struct plan plan = {0};
  struct buf text = {0};
  const char *const args[] = {"process", options->process_file, NULL};
  front_ask(args, &text);
  size_t length = text.len;
  char *wrong = plan_parse(&plan, buf_take(&text), length);
  if (wrong) die("%s", wrong);
  plan.steps = xrealloc(plan.steps, (plan.count + 8) * sizeof *plan.steps);
  static const enum verb inherited[] = {V_SECCOMP, V_LISTENER, V_DENY_SETGROUPS};
  for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++) {
    const struct step *s = plan_find(container, inherited[i]);
    if (s) plan.steps[plan.count++] = *s;
  }
  if (options->tty && !plan_find(&plan, V_TERMINAL)) plan.steps[plan.count++] = (struct step){.verb = V_TERMINAL, .from = "--tty"};
  return plan;
}

static void become(const struct plan *plan, int socket, int console, mode_t caller_umask, unsigned first_closed) NORETURN;
static void become(const struct plan *plan, int socket, int console, mode_t caller_umask, unsigned first_closed) {
  channel_await(socket, 'g');
  if (setsid() < 0) die_errno("setsid");
  const struct step *terminal = plan_find(plan, V_TERMINAL);
  if (terminal) {
    AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    terminal_open(terminal, root, "dev", false, console, plan_find(plan, V_USER));
  }
  process_prepare(plan);
  process_become(plan, caller_umask, first_closed, socket);
}

/* Enters all namespaces that the container has of its own, at once. */
static void enter(const struct container *c, int process) {
  static const char *const types[] = {"user", "mnt", "uts", "ipc", "net", "pid", "cgroup", "time"};
  int flags = 0;
  AUTO_FREE char *path = format("/proc/%d/root", (int)c->pid);
  AUTO_CLOSE int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) die_errno("open %s", path);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (has_namespace(&c->plan, types[i])) flags |= (int)namespace_flag(types[i]);
  if (prctl(PR_SET_DUMPABLE, 0)) die_errno("prctl");
  if (flags && setns(process, flags)) die_errno("enter the container's namespaces");
  if (flags & CLONE_NEWUSER) namespaces_become_root();
  const struct step *how = plan_find(&c->plan, V_ENTER);
  if (!strcmp(how->text[0], "chroot") && (fchdir(root) || chroot("."))) die_errno("enter the container's root");
  if (chdir("/")) die_errno("chdir /");
}

static const char ENDED[] = "the process ended before it began";

int container_exec(struct container *c, const struct exec_options *options) {
  enum status status = container_status(c);
  if (status != RUNNING && status != CREATED) die("container \"%s\" is %s, not running", c->id, status_name(status));
  struct plan plan = options->process_file ? file_plan(&c->plan, options) : simple_plan(&c->plan, options);
  mode_t caller_umask = umask(0);
  umask(caller_umask);
  int console = -1, shown = -1, pair[2], sockets[2];
  if (plan_find(&plan, V_TERMINAL)) {
    if (options->console_socket) {
      console = connect_path(options->console_socket);
      if (console < 0) die_errno("--console-socket %s", options->console_socket);
    } else {
      if (options->detach) die("a detached process with a terminal needs --console-socket");
      if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) die_errno("socketpair");
      console = pair[1];
      shown = pair[0];
    }
  }
  process_warn(&plan, has_namespace(&c->plan, "user"));
  AUTO_CLOSE int process = pidfd_open(c->pid);
  if (process < 0 || process_start_time(c->pid) != c->start_time) die("container \"%s\" is stopped, not running", c->id);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) die_errno("socketpair");
  cgroups_open(&c->plan);
  pid_t stage = fork();
  if (stage < 0) die_errno("fork");
  if (stage == 0) {
    close(sockets[0]);
    die_to(sockets[1]);
    channel_await(sockets[1], 'g');
    cgroups_join(&c->plan);
    enter(c, process);
    struct clone_args args = {.flags = CLONE_PARENT};
    pid_t pid = sys_clone3(&args);
    if (pid < 0) die_errno("clone");
    if (pid == 0) become(&plan, sockets[1], console, caller_umask, 3 + options->preserve_fds);
    AUTO_FREE char *told = format("p%d", (int)pid);
    (void)!send(sockets[1], told, strlen(told), MSG_NOSIGNAL);
    _exit(0);
  }
  close(sockets[1]);
  if (console >= 0) close(console);
  cgroups_enter(&c->plan, stage, false);
  channel_order(sockets[0], 'g', ENDED);
  AUTO_FREE char *told = channel_expect(sockets[0], 'p', ENDED);
  pid_t pid = atoi(told);
  waitpid(stage, NULL, 0);
  process_score(&plan, pid);
  if (options->pid_file) write_pid_file(options->pid_file, pid);
  channel_order(sockets[0], 'g', ENDED);
  start_converse(c, sockets[0], pid);
  close(sockets[0]);
  return options->detach ? 0 : foreground_wait(pid, shown);
}
