#include "create.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "capabilities.h"
#include "cgroup.h"
#include "channel.h"
#include "connect.h"
#include "delete.h"
#include "die.h"
#include "fault.h"
#include "front.h"
#include "hooks.h"
#include "mounts_open.h"
#include "pid_file.h"
#include "resctrl.h"
#include "spawn_init.h"
#include "start_socket.h"
#include "status.h"

struct creation {
  struct init init;
  struct spawned spawned;
  bool hooks_begun;
};

/* Nobody was told of the container: its end is nobody's business either. */
static void forget_hooks(struct plan *plan) {
  EACH(plan, HOOK, s) s->text[HOOK_KIND] = "";
}

static void end_process(pid_t pid) {
  int status;
  if (pid <= 0) return;
  kill(pid, SIGKILL);
  (void)wait_child(pid, &status);
}

static void undo(void *context) {
  struct creation *creation = context;
  struct container *c = creation->init.container;
  end_process(creation->spawned.stage);
  end_process(creation->spawned.init);
  if (!creation->hooks_begun) forget_hooks(&c->plan);
  container_destroy(c);
}

static void obtain_plan(struct container *c, const struct create_options *options) {
  static const char refusal[] = "refused ";
  struct buf text = {0};
  if (options->plan_file) {
    if (read_file_at(AT_FDCWD, options->plan_file, &text)) die_errno("--plan: read %s", options->plan_file);
  } else {
    const char *const args[] = {"lower", options->bundle, options->id, NULL};
    front_ask(args, &text);
  }
  if (!strncmp(text.data, refusal, sizeof refusal - 1)) {
    const char *why = text.data + sizeof refusal - 1;
    die("%.*s", (int)strcspn(why, "\n"), why);
  }
  container_save_plan(c, text.data, text.len);
  size_t length = text.len;
  char *wrong = plan_parse(&c->plan, buf_take(&text), length);
  if (wrong) die("%s", wrong);
  const struct step *seeded = plan_find(&c->plan, V_FAULT);
  if (seeded) fault_seed(seeded->text[ONLY]);
  if (!plan_find(&c->plan, V_ROOT) || !plan_find(&c->plan, V_ENTER)) die("the plan has no root");
}

/* Where the terminal is sent; -1 for none. */
static int open_console(const struct plan *plan, const struct create_options *options) {
  const struct step *terminal = plan_find(plan, V_TERMINAL);
  if (!terminal && options->console_socket) die("--console-socket is given, but process.terminal is not true");
  if (!terminal || options->console >= 0) return options->console;
  if (!options->console_socket) die("%s: a terminal needs --console-socket", terminal->from);
  int console = connect_path(options->console_socket);
  if (console < 0) die_errno("--console-socket: connect to %s", options->console_socket);
  return console;
}

/* All that the runtime does before there is a process. */
static void prepare(struct creation *creation) {
  struct container *c = creation->init.container;
  struct plan *plan = &c->plan;
  capabilities_warn(plan, plan_has_namespace(plan, "user"));
  cgroups_make(c, plan);
  /* An ordinary user may do it only in the container's user namespace: there init does it. */
  if (geteuid() == 0) mounts_open(plan);
  resctrl_make(c);
  if (!plan_find_named(plan, V_NAMESPACE, "mnt")) container_note(c, MADE_ROOT, plan_find(plan, V_ROOT)->text[ROOT_PATH]);
  creation->init.listener = start_listen(c);
  cgroups_open(plan, &creation->init.cgroups);
}

/* The hooks of the runtime's namespaces. */
static void run_hooks(struct creation *creation) {
  const struct container *c = creation->init.container;
  static const char *const kinds[] = {"prestart", "createRuntime"};
  enum status status = fault("hook-with-wrong-status") ? STOPPED : CREATING;
  AUTO_FREE char *state = state_json(c, status, creation->spawned.init + fault("hook-with-wrong-pid"));
  creation->hooks_begun = true;
  for (int i = 0; i < 2; i++) {
    char *wrong = hooks_run(&c->plan, kinds[i], state);
    if (wrong && !fault("hook-failures-ignored")) die("%s", wrong);
  }
}

void container_create(struct container *c, const struct create_options *options) {
  struct creation creation = {.init = {.container = c, .caller = caller_of(options->preserve_fds)}};
  container_make(c, options->root, options->id);
  before_death(undo, &creation);
  obtain_plan(c, options);
  creation.init.console = open_console(&c->plan, options);
  prepare(&creation);
  int socket = spawn_init(&creation.init, &creation.spawned);
  container_record(c, creation.spawned.init, false);
  init_provide(&creation.init, creation.spawned.init);
  channel_order(socket, MESSAGE_GO_ON, INIT_ENDED);
  free(channel_expect(socket, MESSAGE_ROOT_BUILT, INIT_ENDED));
  run_hooks(&creation);
  channel_order(socket, MESSAGE_HOOKS_DONE, INIT_ENDED);
  free(channel_expect(socket, MESSAGE_READY, INIT_ENDED));
  if (options->pid_file) pid_file_write(options->pid_file, creation.spawned.init);
  container_record(c, creation.spawned.init, true);
  channel_order(socket, MESSAGE_CREATED, INIT_ENDED);
  before_death(NULL, NULL);
  close(socket);
  close(creation.init.listener);
}
