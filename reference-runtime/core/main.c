/* oci-ref: the command line. The front is asked for what reads a config: create, run, exec --process, update, features, spec, plan. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/memory.h"
#include "cgroup_members.h"
#include "delete.h"
#include "die.h"
#include "fault.h"
#include "front.h"
#include "kill.h"
#include "list.h"
#include "options.h"
#include "pause.h"
#include "run.h"
#include "signals.h"
#include "start.h"
#include "status.h"
#include "update.h"

/* Opens a container with its plan; with `lock` after other operations have ended. */
static struct container open_container(const struct options *o, const char *id, bool lock) {
  struct container c;
  container_need(&c, o->root, id, lock);
  container_load_plan(&c);
  return c;
}

static int do_create(struct options *o, const char *id, char **words) {
  (void)words;
  struct container c;
  o->create.id = id;
  container_create(&c, &o->create);
  return 0;
}

static int do_run(struct options *o, const char *id, char **words) {
  (void)words;
  o->create.id = id;
  return container_run(&o->create, o->detach);
}

static int do_start(struct options *o, const char *id, char **words) {
  (void)words;
  struct container c = open_container(o, id, true);
  container_start(&c);
  return 0;
}

static int do_state(struct options *o, const char *id, char **words) {
  (void)words;
  struct container c;
  if (fault("state-invents-containers") && !container_open(&c, o->root, id, false)) {
    print("{}\n");
    return 0;
  }
  c = open_container(o, id, false);
  enum status status = container_status(&c);
  AUTO_FREE char *text = state_json(&c, status, status == STOPPED ? 0 : c.pid);
  print(text);
  return 0;
}

static int do_kill(struct options *o, const char *id, char **words) {
  const char *name = words[0] ? words[0] : "SIGTERM";
  int signal = signal_number(name);
  if (signal < 0) die("\"%s\" is not a signal", name);
  struct container c = open_container(o, id, true);
  if (o->all) cgroups_signal(&c.plan, signal);
  else container_kill(&c, signal);
  return 0;
}

static int do_delete(struct options *o, const char *id, char **words) {
  (void)words;
  struct container c;
  if (!o->force || !id_is_valid(id)) container_need(&c, o->root, id, true);
  else if (!container_open(&c, o->root, id, true)) return 0;
  container_load_plan(&c);
  enum status status = container_status(&c);
  if (fault("delete-without-end")) return 0;
  if (status != STOPPED && !o->force && !fault("delete-of-running"))
    die("container \"%s\" cannot be deleted: it is %s, not stopped", id, status_name(status));
  container_kill_and_wait(&c);
  container_destroy(&c);
  return 0;
}

static int do_exec(struct options *o, const char *id, char **words) {
  if (!o->exec.process_file && !words[0]) usage("exec needs --process or a program", "");
  o->exec.args = words;
  struct container c = open_container(o, id, false);
  return container_exec(&c, &o->exec);
}

static int do_pause(struct options *o, const char *id, char **words) {
  (void)words;
  struct container c = open_container(o, id, true);
  container_freeze(&c, true);
  return 0;
}

static int do_resume(struct options *o, const char *id, char **words) {
  (void)words;
  struct container c = open_container(o, id, true);
  container_freeze(&c, false);
  return 0;
}

static int do_ps(struct options *o, const char *id, char **words) {
  (void)words;
  struct container c = open_container(o, id, false);
  container_ps(&c, o->json);
  return 0;
}

static int do_update(struct options *o, const char *id, char **words) {
  (void)words;
  if (!o->resources) usage("update needs --resources", "");
  struct container c = open_container(o, id, true);
  container_update(&c, o->resources);
  return 0;
}

/* What is done to a container, or with one. */
static const struct command {
  const char *name;
  int (*run)(struct options *o, const char *id, char **words);
  int most_words; /* after the id */
} commands[] = {{"create", do_create, 0}, {"run", do_run, 0},       {"start", do_start, 0},     {"state", do_state, 0},
                {"kill", do_kill, 1},     {"delete", do_delete, 0}, {"exec", do_exec, INT_MAX}, {"pause", do_pause, 0},
                {"resume", do_resume, 0}, {"ps", do_ps, INT_MAX},   {"update", do_update, 0}};

static int run_command(const struct command *command, struct options *o, char **words) {
  const char *id = words[0];
  if (!id || !*id) usage("which container? An id is missing after ", command->name);
  int count = 0;
  while (words[1 + count]) count++;
  if (count > command->most_words) usage("too many words after ", command->name);
  return command->run(o, id, words + 1);
}

/* What the front answers is the command's output. */
static int do_front(const char *command, const char *first, const char *second) {
  AUTO_BUF struct buf text = {0};
  front_ask((const char *const[]){command, first, second, NULL}, &text);
  print(text.data);
  return 0;
}

/* Those that are about no container. */
static int run_without_id(const char *name, const struct options *o, char **words) {
  if (!strcmp(name, "features")) return do_front(name, "", "");
  if (!strcmp(name, "plan")) return do_front(name, words[0] ? words[0] : ".", "");
  if (!strcmp(name, "spec")) return do_front(name, o->create.bundle, o->rootless ? "rootless" : "");
  if (strcmp(name, "list")) usage("unknown command ", name);
  containers_list(o->root, o->json ? LIST_JSON : o->quiet ? LIST_IDS : LIST_TABLE);
  return 0;
}

int main(int argc, char **argv) {
  struct options o = {.root = "/run/oci-ref", .create = {.bundle = ".", .console = -1}};
  const char *seeded = getenv("OCI_REF_FAULT"), *runtime_dir = getenv("XDG_RUNTIME_DIR");
  if (seeded && *seeded) fault_seed(seeded);
  if (geteuid() != 0 && runtime_dir && *runtime_dir) o.root = format("%s/oci-ref", runtime_dir);
  int at = options_parse(&o, argc, argv, "");
  o.create.root = o.root;
  const char *name = argv[at];
  if (!name) usage("which command?", "");
  argv += at;
  argc -= at;
  char **words = argv + options_parse(&o, argc, argv, name);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    if (!strcmp(commands[i].name, name)) return run_command(&commands[i], &o, words);
  return run_without_id(name, &o, words);
}
