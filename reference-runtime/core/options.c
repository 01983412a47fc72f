#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "die.h"
#include "fault.h"

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

void usage(const char *problem, const char *what) {
  (void)!dprintf(STDERR_FILENO, "oci-ref: %s%s (see oci-ref --help)\n", problem, what);
  exit(EXIT_USAGE);
}

static void print_and_end(const char *text) NORETURN;
static void print_and_end(const char *text) {
  (void)!printf("%s", text);
  exit(fflush(stdout) ? 1 : 0);
}

/* Beyond all letters. */
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

static unsigned count_of(const char *name, const char *text) {
  char *end;
  unsigned long number = strtoul(text, &end, 10);
  if (end == text || *end || number > 65536) usage("not a number: --", name);
  return (unsigned)number;
}

static void take(struct options *o, int option, const char *value) {
  switch (option) {
    case O_ROOT: o->root = value; break;
    case O_LOG: log_to(value); break;
    case O_LOG_FORMAT:
      if (strcmp(value, "json") && strcmp(value, "text")) usage("--log-format is text or json, not ", value);
      log_as_json(!strcmp(value, "json"));
      break;
    case O_FAULT: fault_seed(value); break;
    case O_BUNDLE: o->create.bundle = value; break;
    case O_PID_FILE: o->create.pid_file = o->exec.pid_file = value; break;
    case O_CONSOLE: o->create.console_socket = o->exec.console_socket = value; break;
    case O_PRESERVE: o->create.preserve_fds = o->exec.preserve_fds = count_of("preserve-fds", value); break;
    case O_PLAN: o->create.plan_file = value; break;
    case O_ALL: o->all = true; break;
    case O_FORCE: o->force = true; break;
    case O_DETACH: o->detach = o->exec.detach = true; break;
    case O_PROCESS: o->exec.process_file = value; break;
    case O_CWD: o->exec.cwd = value; break;
    case O_ENV:
      if (o->exec.env_count == MAX_EXEC_ENV) usage("too many --env", "");
      o->exec.env[o->exec.env_count++] = value;
      break;
    case O_USER: o->exec.user = value; break;
    case O_TTY: o->exec.tty = true; break;
    case O_NNP: o->exec.no_new_privileges = true; break;
    case O_FORMAT:
      if (strcmp(value, "json") && strcmp(value, "table")) usage("--format is json or table, not ", value);
      o->json = !strcmp(value, "json");
      break;
    case O_QUIET: o->quiet = true; break;
    case O_RESOURCES: o->resources = value; break;
    case O_ROOTLESS: o->rootless = true; break;
    case O_SYSTEMD: die("--systemd-cgroup: cgroups are made in the file system only; ask for the cgroupfs manager");
    case O_VERSION: print_and_end("oci-ref version " VERSION "\nspec: " SPEC_VERSION "\n");
    case O_HELP: print_and_end(HELP);
    default: break;
  }
}

/* Whether a list of commands has one. */
static bool belongs(const char *commands, const char *command) {
  size_t length = strlen(command);
  if (!*commands) return !length;
  for (const char *at = commands; length && (at = strstr(at, command)); at += length)
    if ((at == commands || at[-1] == ' ') && (at[length] == 0 || at[length] == ' ')) return true;
  return false;
}

static const char *name_of(int letter) {
  for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
    if (letters[i].letter == letter) return letters[i].name;
  return NULL;
}

/* The options of one command, as getopt_long(3) wants them. */
struct known {
  struct option rows[32];
  char letters[64];
  size_t count;
};

static struct known options_of(const char *command) {
  struct known known = {.letters = "+:"};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (!belongs(table[i].commands, command)) continue;
    known.rows[known.count++] = table[i].row;
    for (size_t l = 0; l < sizeof letters / sizeof *letters; l++) {
      if (strcmp(letters[l].name, table[i].row.name)) continue;
      size_t end = strlen(known.letters);
      known.letters[end] = letters[l].letter;
      if (table[i].row.has_arg) known.letters[end + 1] = ':';
    }
  }
  return known;
}

/* The code of an option that was given by its letter. */
static int code_of(const struct known *known, int letter) {
  const char *name = name_of(letter);
  for (size_t i = 0; name && i < known->count; i++)
    if (!strcmp(known->rows[i].name, name)) return known->rows[i].val;
  return letter;
}

int options_parse(struct options *options, int argc, char **argv, const char *command) {
  struct known known = options_of(command);
  optind = 0;
  opterr = 0;
  for (int got; (got = getopt_long(argc, argv, known.letters, known.rows, NULL)) != -1;) {
    const char *word = argv[optind > 1 ? optind - 1 : 1];
    if (got == ':') usage("a value is missing after ", word);
    if (got == '?') usage("unknown option ", word);
    take(options, got < O_ROOT ? code_of(&known, got) : got, optarg);
  }
  return optind;
}
