#include "create.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "channel.h"
#include "front.h"
#include "hooks.h"
#include "idmaps.h"
#include "kernel.h"
#include "net_device.h"
#include "process.h"
#include "rootfs.h"
#include "stage.h"

int connect_path(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  AUTO_CLOSE int node = open(path, O_PATH | O_CLOEXEC);
  if (node < 0) return -1;
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", node);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address)) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

void write_pid_file(const char *path, pid_t pid) {
  AUTO_FREE char *text = format("%d", (int)pid);
  AUTO_FREE char *beside = format("%s.new", path);
  AUTO_CLOSE int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0 || write_all(fd, text, strlen(text)) || rename(beside, path)) die_errno("--pid-file %s", path);
}

static struct {
  struct container *container;
  pid_t stage, process;
  bool hooks_begun;
  int listener, console, init_socket;
  mode_t umask;
  unsigned first_closed;
} creation;

static void reap(pid_t pid) {
  if (pid <= 0) return;
  kill(pid, SIGKILL);
  while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR) continue;
}

static void undo(void) {
  reap(creation.stage);
  reap(creation.process);
  if (!creation.hooks_begun) {
    /* Nobody was told of the container: its end is nobody's business either. */
    for (size_t i = 0; i < creation.container->plan.count; i++)
      if (creation.container->plan.steps[i].verb == V_HOOK) creation.container->plan.steps[i].text[0] = "";
  }
  container_destroy(creation.container);
}

static void born(void *argument) {
  (void)argument;
  init_run(creation.container, creation.init_socket, creation.listener, creation.console, creation.umask, creation.first_closed);
}

static const char ENDED[] = "the container's process ended without a word";

/* The directories of resctrl: made, written, and joined by the container's process. */
static void resctrl_make(const struct container *c) {
  EACH(&c->plan, RESCTRL, s) {
    if (s->number[1]) container_note(c, "resctrl", s->text[0]);
    if (mkdir(s->text[0], 0755) && (errno != EEXIST || s->number[1] == 2)) die_errno("%s: mkdir %s", s->from, s->text[0]);
  }
  EACH(&c->plan, RESCTRL_WRITE, s) {
    AUTO_FREE char *path = format("%s/%s", s->text[0], s->text[1]);
    if (write_setting(path, s->text[2])) die_errno("%s: write %s", s->from, path);
  }
}

static void resctrl_join(const struct plan *plan, pid_t pid) {
  EACH(plan, RESCTRL_JOIN, s) {
    AUTO_FREE char *path = format("%s/tasks", s->text[0]), *text = format("%d", (int)pid);
    if (write_setting(path, text)) die_errno("%s: write %s", s->from, path);
  }
}

static void for_the_process(const struct plan *plan, pid_t pid) {
  process_score(plan, pid);
  resctrl_join(plan, pid);
  if (!plan_find(plan, V_NET_DEVICE)) return;
  AUTO_FREE char *path = format("/proc/%d/ns/net", (int)pid);
  AUTO_CLOSE int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0) die_errno("linux.netDevices: open %s", path);
  EACH(plan, NET_DEVICE, s) net_device_move(s->from, s->text[0], s->text[1], namespace);
}

/* Starts the process between, and through it the container's; returns when that one waits for the word to go on. */
static void give_birth(struct container *c, int socket, bool own_users) {
  AUTO_CLOSE int group = own_users ? -1 : cgroup_v2_fd(&c->plan);
  creation.stage = fork();
  if (creation.stage < 0) die_errno("fork");
  if (creation.stage == 0) {
    at_death = NULL;
    close(socket);
    stage_run(&c->plan, creation.init_socket, group, born, NULL);
  }
  close(creation.init_socket);
  if (own_users && plan_find_named(&c->plan, V_NAMESPACE, "user")) {
    free(channel_expect(socket, 'u', ENDED));
    cgroups_enter(&c->plan, creation.stage, false);
    idmaps_write(&c->plan, creation.stage);
    channel_order(socket, 'm', ENDED);
  }
  AUTO_FREE char *pid = channel_expect(socket, 'p', ENDED);
  creation.process = atoi(pid);
  waitpid(creation.stage, NULL, 0);
  creation.stage = 0;
}

static void obtain_plan(struct container *c, const struct create_options *options) {
  struct buf text = {0};
  if (options->plan_file) {
    if (read_file_at(AT_FDCWD, options->plan_file, &text)) die_errno("--plan %s", options->plan_file);
  } else {
    const char *const args[] = {"lower", options->bundle, options->id, NULL};
    front_ask(args, &text);
  }
  if (!strncmp(text.data, "refused ", 8)) die("%.*s", (int)strcspn(text.data + 8, "\n"), text.data + 8);
  container_save_plan(c, text.data, text.len);
  size_t length = text.len;
  char *wrong = plan_parse(&c->plan, buf_take(&text), length);
  if (wrong) die("%s", wrong);
  const struct step *seeded = plan_find(&c->plan, V_FAULT);
  if (seeded) seeded_fault = seeded->text[0];
  if (!plan_find(&c->plan, V_ROOT) || !plan_find(&c->plan, V_ENTER)) die("the plan has no root");
}

void container_create(struct container *c, const struct create_options *options) {
  creation.umask = umask(0);
  umask(creation.umask);
  creation.first_closed = 3 + options->preserve_fds;
  container_make(c, options->id);
  creation.container = c;
  at_death = undo;
  obtain_plan(c, options);
  const struct plan *plan = &c->plan;
  creation.console = options->console;
  const struct step *terminal = plan_find(plan, V_TERMINAL);
  if (terminal && creation.console < 0) {
    if (!options->console_socket) die("%s: a terminal needs --console-socket", terminal->from);
    creation.console = connect_path(options->console_socket);
    if (creation.console < 0) die_errno("--console-socket %s", options->console_socket);
  } else if (!terminal && options->console_socket) {
    die("--console-socket is given, but process.terminal is not true");
  }
  process_warn(plan, has_namespace(plan, "user"));
  cgroups_make(c, plan);
  /* An ordinary user may do it only in the container's user namespace: there the container's process does it. */
  if (geteuid() == 0) mounts_prepare(&c->plan);
  resctrl_make(c);
  if (!plan_find_named(plan, V_NAMESPACE, "mnt")) container_note(c, "root", plan_find(plan, V_ROOT)->text[0]);
  creation.listener = start_listen(c);
  cgroups_open(plan);
  int sockets[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets)) die_errno("socketpair");
  creation.init_socket = sockets[1];
  bool own_users = plan_find_named(plan, V_NAMESPACE, "user") || plan_find_named(plan, V_JOIN, "user");
  give_birth(c, sockets[0], own_users);
  container_record(c, creation.process, false);
  if (own_users && !plan_find_named(plan, V_NAMESPACE, "user")) cgroups_enter(plan, creation.process, false);
  for_the_process(plan, creation.process);
  channel_order(sockets[0], 'g', ENDED);
  free(channel_expect(sockets[0], 'h', ENDED));
  creation.hooks_begun = true;
  AUTO_FREE char *state =
      state_json(c, plan, fault("hook-with-wrong-status") ? STOPPED : CREATING, creation.process + fault("hook-with-wrong-pid"));
  static const char *const kinds[] = {"prestart", "createRuntime"};
  for (int i = 0; i < 2; i++) {
    char *wrong = hooks_run(plan, kinds[i], state);
    if (wrong && !fault("hook-failures-ignored")) die("%s", wrong);
  }
  channel_order(sockets[0], 'c', ENDED);
  free(channel_expect(sockets[0], 'r', ENDED));
  if (options->pid_file) write_pid_file(options->pid_file, creation.process);
  container_record(c, creation.process, true);
  channel_order(sockets[0], 'k', ENDED);
  at_death = NULL;
  close(sockets[0]);
  close(creation.listener);
}
