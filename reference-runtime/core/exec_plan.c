#include "exec_plan.h"

#include <stdlib.h>
#include <string.h>

#include "c/buf.h"
#include "c/memory.h"
#include "die.h"
#include "front.h"

static void add(struct plan *plan, struct step step) {
  step.mount = -1;
  plan->steps[plan->count++] = step;
}

static void add_text(struct plan *plan, enum verb verb, const char *text) {
  add(plan, (struct step){.verb = verb, .from = "exec", .text = {text}});
}

/* Whether a step is about the process, other than about its container. */
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
  add(plan, (struct step){.verb = V_USER, .from = "--user", .number = {[USER_UID] = uid, [USER_GID] = gid}});
}

/* Whether the command line says something else than a step of the container's. */
static bool overridden(const struct exec_options *options, const struct step *s) {
  if (s->verb == V_CWD) return options->cwd != NULL;
  if (s->verb == V_USER) return options->user != NULL;
  if (s->verb != V_ENV) return false;
  size_t name = strcspn(s->text[ONLY], "=");
  for (size_t i = 0; i < options->env_count; i++)
    if (!strncmp(options->env[i], s->text[ONLY], name + 1)) return true;
  return false;
}

static void add_terminal(struct plan *plan) { add(plan, (struct step){.verb = V_TERMINAL, .from = "--tty"}); }

/* How many steps a plan may get besides those of another and of the options' lists. */
enum { MORE_STEPS = 8 };

/* The container's own process with another program, as the command line says. */
static struct plan simple_plan(const struct plan *container, const struct exec_options *options) {
  struct plan plan = {.steps = NULL};
  size_t args = 0;
  while (options->args[args]) args++;
  plan.steps = xcalloc(container->count + args + options->env_count + MORE_STEPS, sizeof *plan.steps);
  for (size_t i = 0; i < container->count; i++) {
    const struct step *s = &container->steps[i];
    if (of_process(s->verb) && !overridden(options, s)) add(&plan, *s);
  }
  for (size_t i = 0; i < args; i++) add_text(&plan, V_ARG, options->args[i]);
  for (size_t i = 0; i < options->env_count; i++) add_text(&plan, V_ENV, options->env[i]);
  if (options->cwd) add_text(&plan, V_CWD, options->cwd);
  if (options->user) set_user(&plan, options->user);
  if (options->no_new_privileges) add_text(&plan, V_NO_NEW_PRIVILEGES, "");
  if (options->tty) add_terminal(&plan);
  return plan;
}

/* A process from a file gets the container's filter, which is not part of it. */
static struct plan file_plan(const struct plan *container, const struct exec_options *options) {
  static const enum verb inherited[] = {V_SECCOMP, V_LISTENER, V_DENY_SETGROUPS};
  struct plan plan = {0};
  struct buf text = {0};
  const char *const args[] = {"process", options->process_file, NULL};
  front_ask(args, &text);
  size_t length = text.len;
  char *wrong = plan_parse(&plan, buf_take(&text), length);
  if (wrong) die("%s", wrong);
  plan.steps = xrealloc(plan.steps, (plan.count + MORE_STEPS) * sizeof *plan.steps);
  for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++) {
    const struct step *s = plan_find(container, inherited[i]);
    if (s) add(&plan, *s);
  }
  if (options->tty && !plan_find(&plan, V_TERMINAL)) add_terminal(&plan);
  return plan;
}

struct plan exec_plan(const struct plan *container, const struct exec_options *options) {
  return options->process_file ? file_plan(container, options) : simple_plan(container, options);
}
