/* oci-ref: the command line. The front is asked for what reads a config: create, run, exec --process, update, features, spec, plan. */
#include <dirent.h>
#include <getopt.h>
#include <signal.h>
#include <sys/socket.h>

#include "cgroup.h"
#include "exec.h"
#include "foreground.h"
#include "front.h"
#include "kernel.h"
#include "signals.h"

enum { EXIT_USAGE = 64 };

#define VERSION "0.1.0"
#define SPEC_VERSION "1.3.0"

static const char HELP[] =
    "usage: oci-ref [--root DIR] [--log FILE] [--log-format text|json] [--fault NAME] COMMAND\n\n"
    "  create [--bundle DIR] [--pid-file FILE] [--console-socket PATH] [--preserve-fds N] ID\n"
    "  start ID\n"
    "  state ID\n"
    "  kill [--all] ID [SIGNAL]\n"
    "  delete [--force] ID\n"
    "  run [--detach] [create's options] ID\n"
    "  exec [--process FILE | --cwd DIR --env K=V --user UID[:GID] --tty] [--detach] [--pid-file FILE] [--console-socket PATH] ID [PROGRAM "
    "ARG...]\n"
    "  pause ID, resume ID\n"
    "  ps [--format json|table] ID\n"
    "  list [--format json|table] [--quiet]\n"
    "  update --resources FILE ID\n"
    "  features\n"
    "  spec [--bundle DIR] [--rootless]\n"
    "  plan BUNDLE\n";

static void usage(const char *problem, const char *what) NORETURN;
static void usage(const char *problem, const char *what) {
  (void)!dprintf(STDERR_FILENO, "oci-ref: %s%s (see oci-ref --help)\n", problem, what);
  exit(EXIT_USAGE);
}

enum option_code {
  O_ROOT = 1000,
  O_LOG,
  O_LOG_FORMAT,
  O_FAULT,
  O_BUNDLE,
  O_PID_FILE,
  O_CONSOLE,
  O_PRESERVE,
  O_PLAN,
  O_ALL,
  O_FORCE,
  O_DETACH,
  O_PROCESS,
  O_CWD,
  O_ENV,
  O_USER,
  O_TTY,
  O_NNP,
  O_FORMAT,
  O_QUIET,
  O_RESOURCES,
  O_ROOTLESS,
  O_IGNORED,
  O_IGNORED_VALUE,
  O_SYSTEMD,
  O_VERSION,
  O_HELP
};

/* One table for all commands: an option means the same everywhere. */
static const struct option_row {
  const char *commands; /* "" for before the command */
  struct option row;
} table[] = {
    {"", {"root", 1, NULL, O_ROOT}},
    {"", {"log", 1, NULL, O_LOG}},
    {"", {"log-format", 1, NULL, O_LOG_FORMAT}},
    {"", {"fault", 1, NULL, O_FAULT}},
    {"", {"debug", 0, NULL, O_IGNORED}},
    {"", {"rootless", 1, NULL, O_IGNORED_VALUE}},
    {"", {"systemd-cgroup", 0, NULL, O_SYSTEMD}},
    {"", {"version", 0, NULL, O_VERSION}},
    {"", {"help", 0, NULL, O_HELP}},
    {"create run spec", {"bundle", 1, NULL, O_BUNDLE}},
    {"create run exec", {"pid-file", 1, NULL, O_PID_FILE}},
    {"create run exec", {"console-socket", 1, NULL, O_CONSOLE}},
    {"create run exec", {"preserve-fds", 1, NULL, O_PRESERVE}},
    {"create run", {"plan", 1, NULL, O_PLAN}},
    {"create run", {"no-new-keyring", 0, NULL, O_IGNORED}},
    {"kill", {"all", 0, NULL, O_ALL}},
    {"delete", {"force", 0, NULL, O_FORCE}},
    {"run exec", {"detach", 0, NULL, O_DETACH}},
    {"exec", {"process", 1, NULL, O_PROCESS}},
    {"exec", {"cwd", 1, NULL, O_CWD}},
    {"exec", {"env", 1, NULL, O_ENV}},
    {"exec", {"user", 1, NULL, O_USER}},
    {"exec", {"tty", 0, NULL, O_TTY}},
    {"exec", {"no-new-privs", 0, NULL, O_NNP}},
    {"ps list", {"format", 1, NULL, O_FORMAT}},
    {"list", {"quiet", 0, NULL, O_QUIET}},
    {"spec", {"rootless", 0, NULL, O_ROOTLESS}},
    {"update", {"resources", 1, NULL, O_RESOURCES}},
};

static const struct {
  char letter;
  const char *name;
} letters[] = {{'b', "bundle"}, {'a', "all"}, {'f', "force"}, {'d', "detach"},    {'p', "process"}, {'e', "env"},
               {'u', "user"},   {'t', "tty"}, {'q', "quiet"}, {'r', "resources"}, {'v', "version"}, {'h', "help"}};

static struct {
  struct create_options create;
  struct exec_options exec;
  const char *format, *resources;
  bool all, force, detach, quiet, rootless;
} options = {.create = {.bundle = ".", .console = -1}};

static unsigned count_of(const char *name, const char *text) {
  char *end;
  unsigned long number = strtoul(text, &end, 10);
  if (end == text || *end || number > 65536) usage("not a number: --", name);
  return (unsigned)number;
}

static void take(int option, const char *value) {
  switch (option) {
    case O_ROOT: state_root = value; break;
    case O_LOG: log_options.path = value; break;
    case O_LOG_FORMAT:
      if (strcmp(value, "json") && strcmp(value, "text")) usage("--log-format is text or json, not ", value);
      log_options.json = !strcmp(value, "json");
      break;
    case O_FAULT: seeded_fault = value; break;
    case O_BUNDLE: options.create.bundle = value; break;
    case O_PID_FILE: options.create.pid_file = options.exec.pid_file = value; break;
    case O_CONSOLE: options.create.console_socket = options.exec.console_socket = value; break;
    case O_PRESERVE: options.create.preserve_fds = options.exec.preserve_fds = count_of("preserve-fds", value); break;
    case O_PLAN: options.create.plan_file = value; break;
    case O_ALL: options.all = true; break;
    case O_FORCE: options.force = true; break;
    case O_DETACH: options.detach = options.exec.detach = true; break;
    case O_PROCESS: options.exec.process_file = value; break;
    case O_CWD: options.exec.cwd = value; break;
    case O_ENV:
      if (options.exec.env_count == sizeof options.exec.env / sizeof *options.exec.env) usage("too many --env", "");
      options.exec.env[options.exec.env_count++] = value;
      break;
    case O_USER: options.exec.user = value; break;
    case O_TTY: options.exec.tty = true; break;
    case O_NNP: options.exec.no_new_privileges = true; break;
    case O_FORMAT:
      if (strcmp(value, "json") && strcmp(value, "table")) usage("--format is json or table, not ", value);
      options.format = value;
      break;
    case O_QUIET: options.quiet = true; break;
    case O_RESOURCES: options.resources = value; break;
    case O_ROOTLESS: options.rootless = true; break;
    case O_SYSTEMD: die("--systemd-cgroup: cgroups are made in the file system only; ask for the cgroupfs manager");
    case O_VERSION: (void)!printf("oci-ref version " VERSION "\nspec: " SPEC_VERSION "\n"); exit(fflush(stdout) ? 1 : 0);
    case O_HELP: (void)!printf("%s", HELP); exit(fflush(stdout) ? 1 : 0);
    default: break;
  }
}

static bool belongs(const char *commands, const char *command) {
  size_t length = strlen(command);
  if (!*commands) return !length;
  for (const char *at = commands; length && (at = strstr(at, command)); at += length)
    if ((at == commands || at[-1] == ' ') && (at[length] == 0 || at[length] == ' ')) return true;
  return false;
}

/* Parses the options of one command (or, with "", those before it), and returns the index of the first other word. */
static int parse(int argc, char **argv, const char *command) {
  struct option rows[32] = {{0}};
  char shorts[64] = "+:";
  size_t count = 0;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (!belongs(table[i].commands, command)) continue;
    rows[count++] = table[i].row;
    for (size_t l = 0; l < sizeof letters / sizeof *letters; l++) {
      if (strcmp(letters[l].name, table[i].row.name)) continue;
      size_t end = strlen(shorts);
      shorts[end] = letters[l].letter;
      if (table[i].row.has_arg) shorts[end + 1] = ':';
    }
  }
  optind = 0;
  opterr = 0;
  for (int got; (got = getopt_long(argc, argv, shorts, rows, NULL)) != -1;) {
    const char *word = argv[optind > 1 ? optind - 1 : 1];
    if (got == ':') usage("a value is missing after ", word);
    if (got == '?') usage("unknown option ", word);
    if (got < 1000)
      for (size_t l = 0; l < sizeof letters / sizeof *letters; l++)
        for (size_t i = 0; letters[l].letter == got && i < count; i++)
          if (!strcmp(rows[i].name, letters[l].name)) got = rows[i].val;
    take(got, optarg);
  }
  return optind;
}

static int do_create(const char *id) {
  struct container c;
  options.create.id = id;
  container_create(&c, &options.create);
  return 0;
}

static int do_run(const char *id) {
  struct container c;
  int pair[2] = {-1, -1};
  options.create.id = id;
  if (!options.detach && !options.create.console_socket) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) die_errno("socketpair");
    options.create.console = pair[1];
  }
  container_create(&c, &options.create);
  if (pair[1] >= 0) close(pair[1]);
  /* Nobody else knows of a container that does not come to run. */
  container_dies_with_us(&c);
  container_start(&c);
  if (options.detach) return 0;
  int code = foreground_wait(c.pid, plan_find(&c.plan, V_TERMINAL) ? pair[0] : -1);
  at_death = NULL;
  container_destroy(&c);
  return code;
}

static int do_start(const char *id) {
  struct container c;
  container_need(&c, id, true);
  container_load_plan(&c);
  container_start(&c);
  return 0;
}

static int do_state(const char *id) {
  struct container c;
  if (fault("state-invents-containers") && !container_open(&c, id, false)) return write_all(1, "{}\n", 3) ? 1 : 0;
  container_need(&c, id, false);
  container_load_plan(&c);
  enum status status = container_status(&c);
  AUTO_FREE char *text = state_json(&c, &c.plan, status, status == STOPPED ? 0 : c.pid);
  return write_all(1, text, strlen(text)) ? 1 : 0;
}

static int do_kill(const char *id, const char *name) {
  struct container c;
  int signal = signal_number(name);
  if (signal < 0) die("\"%s\" is not a signal", name);
  container_need(&c, id, true);
  container_load_plan(&c);
  if (options.all) {
    cgroups_signal(&c.plan, signal);
    return 0;
  }
  enum status status = container_status(&c);
  if (status == STOPPED && fault("kill-of-stopped")) return 0;
  if (status == STOPPED || status == CREATING) die("container not running: \"%s\" is %s", id, status_name(status));
  AUTO_CLOSE int process = pidfd_open(c.pid);
  if (process < 0 || process_start_time(c.pid) != c.start_time) die("container not running: \"%s\" is stopped", id);
  if (fault("kill-does-nothing")) return 0;
  if (pidfd_kill(process, signal)) die_errno("send signal %d to process %d", signal, (int)c.pid);
  return 0;
}

static int do_delete(const char *id) {
  struct container c;
  if (options.force && id_is_valid(id) && !container_open(&c, id, true)) return 0;
  if (!options.force) container_need(&c, id, true);
  container_load_plan(&c);
  enum status status = container_status(&c);
  if (fault("delete-without-end")) return 0;
  if (status != STOPPED && !options.force && !fault("delete-of-running"))
    die("container \"%s\" cannot be deleted: it is %s, not stopped", id, status_name(status));
  container_kill_and_wait(&c);
  container_destroy(&c);
  return 0;
}

static int do_exec(const char *id, char **args) {
  struct container c;
  if (!options.exec.process_file && !args[0]) usage("exec needs --process or a program", "");
  options.exec.args = args;
  container_need(&c, id, false);
  container_load_plan(&c);
  return container_exec(&c, &options.exec);
}

static int do_freeze(const char *id, bool freeze) {
  struct container c;
  container_need(&c, id, true);
  container_load_plan(&c);
  enum status status = container_status(&c);
  if (status != (freeze ? RUNNING : PAUSED) && !(freeze && status == CREATED))
    die("container \"%s\" is %s, not %s", id, status_name(status), freeze ? "running" : "paused");
  const struct step *freezer = plan_find(&c.plan, V_FREEZER);
  if (!freezer) die("container \"%s\" cannot be paused: its config gives it no cgroup (linux.cgroupsPath)", id);
  AUTO_FREE char *path = format("%s/%s", freezer->text[0], freezer->text[1]);
  const char *wanted = freezer->text[freeze ? 2 : 3];
  if (write_setting(path, wanted)) die_errno("write %s to %s", wanted, path);
  /* v1 freezes in its own time. */
  for (int64_t until = now_ms() + 10000; container_frozen(&c) != freeze;) {
    if (now_ms() > until) die("%s does not become %s", path, wanted);
    usleep(1000);
  }
  return 0;
}

static bool as_json(void) { return options.format && !strcmp(options.format, "json"); }

static int do_ps(const char *id) {
  struct container c;
  container_need(&c, id, false);
  container_load_plan(&c);
  size_t count;
  AUTO_FREE pid_t *pids = container_processes(&c, &count);
  struct buf out = {0};
  buf_str(&out, as_json() ? "[" : "PID\n");
  for (size_t i = 0; i < count; i++) buf_fmt(&out, as_json() ? "%s%d" : "%.0s%d\n", i && as_json() ? "," : "", (int)pids[i]);
  buf_str(&out, as_json() ? "]\n" : "");
  return write_all(1, out.data, out.len) ? 1 : 0;
}

static int do_list(void) {
  struct buf out = {0};
  if (as_json()) buf_str(&out, "[");
  else if (!options.quiet) buf_fmt(&out, "%-24s %-8s %s\n", "ID", "PID", "STATUS");
  DIR *dir = opendir(state_root);
  bool first = true;
  for (struct dirent *e; dir && (e = readdir(dir));) {
    struct container c;
    if (e->d_name[0] == '.' || !container_open(&c, e->d_name, false)) continue;
    container_load_plan(&c);
    enum status status = container_status(&c);
    pid_t pid = status == STOPPED ? 0 : c.pid;
    AUTO_FREE char *state = as_json() ? state_json(&c, &c.plan, status, pid) : NULL;
    if (state) buf_fmt(&out, "%s%.*s", first ? "" : ",", (int)strlen(state) - 1, state);
    else if (options.quiet) buf_fmt(&out, "%s\n", c.id);
    else buf_fmt(&out, "%-24s %-8d %s\n", c.id, (int)pid, status_name(status));
    first = false;
  }
  if (dir) closedir(dir);
  if (as_json()) buf_str(&out, "]\n");
  buf_add(&out, "", 0);
  return write_all(1, out.data, out.len) ? 1 : 0;
}

static int do_update(const char *id) {
  struct container c;
  if (!options.resources) usage("update needs --resources", "");
  container_need(&c, id, true);
  container_load_plan(&c);
  enum status status = container_status(&c);
  if (status == STOPPED || status == CREATING) die("container not running: \"%s\" is %s", id, status_name(status));
  const struct step *group = plan_find(&c.plan, V_CGROUP);
  AUTO_FREE char *path = group ? xstrdup(group->text[1] + strlen(group->text[2])) : xstrdup("");
  struct buf text = {0};
  const char *const args[] = {"update", options.resources, id, path, NULL};
  front_ask(args, &text);
  struct plan plan;
  size_t length = text.len;
  char *wrong = plan_parse(&plan, buf_take(&text), length);
  if (wrong) die("%s", wrong);
  cgroups_make(&c, &plan);
  size_t count;
  AUTO_FREE pid_t *pids = container_processes(&c, &count);
  for (size_t i = 0; i < count; i++) cgroups_enter(&plan, pids[i], true);
  return 0;
}

/* What the front answers is the command's output. */
static int do_front(const char *command, const char *first, const char *second) {
  struct buf text = {0};
  front_ask((const char *const[]){command, first, second, NULL}, &text);
  return write_all(1, text.data, text.len) ? 1 : 0;
}

int main(int argc, char **argv) {
  const char *seeded = getenv("OCI_REF_FAULT"), *runtime_dir = getenv("XDG_RUNTIME_DIR");
  if (seeded && *seeded) seeded_fault = seeded;
  if (geteuid() != 0 && runtime_dir && *runtime_dir) state_root = format("%s/oci-ref", runtime_dir);
  int at = parse(argc, argv, "");
  const char *command = argv[at];
  if (!command) usage("which command?", "");
  argv += at;
  argc -= at;
  at = parse(argc, argv, command);
  if (!strcmp(command, "list")) return do_list();
  if (!strcmp(command, "features")) return do_front(command, "", "");
  if (!strcmp(command, "plan")) return do_front(command, argv[at] ? argv[at] : ".", "");
  if (!strcmp(command, "spec")) return do_front(command, options.create.bundle, options.rootless ? "rootless" : "");
  static const char *const with_id[] = {"create", "run", "start", "state", "kill", "delete", "exec", "pause", "resume", "ps", "update"};
  size_t i = 0;
  while (i < sizeof with_id / sizeof *with_id && strcmp(command, with_id[i])) i++;
  if (i == sizeof with_id / sizeof *with_id) usage("unknown command ", command);
  const char *id = argv[at];
  if (!id || !*id) usage("which container? An id is missing after ", command);
  /* `kill --all ID` as well as `kill ID --all`. */
  if (!strcmp(command, "kill")) {
    const char *signal = argv[at + 1] ? argv[at + 1] : "SIGTERM";
    if (argv[at + 1] && argv[at + 2]) usage("too many words after ", command);
    return do_kill(id, signal);
  }
  if (!strcmp(command, "exec")) return do_exec(id, argv + at + 1);
  if (argv[at + 1] && strcmp(command, "ps")) usage("too many words after ", command);
  if (!strcmp(command, "create")) return do_create(id);
  if (!strcmp(command, "run")) return do_run(id);
  if (!strcmp(command, "start")) return do_start(id);
  if (!strcmp(command, "state")) return do_state(id);
  if (!strcmp(command, "delete")) return do_delete(id);
  if (!strcmp(command, "ps")) return do_ps(id);
  if (!strcmp(command, "update")) return do_update(id);
  return do_freeze(id, !strcmp(command, "pause"));
}
