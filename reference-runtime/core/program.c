#include "program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/memory.h"
#include "die.h"
#include "fault.h"

/* Where a program without a slash is looked for when the environment does not say. */
static const char DEFAULT_PATH[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
static const char NOT_IN_PATH[] = "executable file not found in $PATH";

/* The arguments of all steps with a verb, ended by NULL. */
static char **strings(const struct plan *plan, enum verb verb) {
  char **list = xcalloc(plan->count + 1, sizeof *list);
  size_t n = 0;
  for (size_t i = 0; i < plan->count; i++)
    if (plan->steps[i].verb == verb) list[n++] = xstrdup(plan->steps[i].text[ONLY]);
  return list;
}

struct program program_of(const struct plan *plan) {
  struct program program = {strings(plan, V_ARG), strings(plan, V_ENV)};
  if (!program.args[0]) die("process.args: there is no program to run");
  return program;
}

static const char *path_variable(char **env) {
  for (; *env; env++)
    if (!strncmp(*env, "PATH=", 5)) return *env + 5;
  return DEFAULT_PATH;
}

/* The file of that name in the next directory of a path, to be freed; NULL after the last one. An empty directory is the working one. */
static char *next_file(const char **path, const char *name) {
  if (!*path) return NULL;
  const char *directory = *path;
  size_t length = strcspn(directory, ":");
  *path = directory[length] ? directory + length + 1 : NULL;
  return length ? format("%.*s/%s", (int)length, directory, name) : xstrdup(name);
}

/* execvp(3); returns only on failure, with the first telling errno. */
static void execute(const struct program *program) {
  const char *name = program->args[0];
  if (strchr(name, '/')) {
    execve(name, program->args, program->env);
    return;
  }
  bool denied = false;
  const char *path = path_variable(program->env);
  for (char *file; (file = next_file(&path, name)); free(file)) {
    execve(file, program->args, program->env);
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) return;
    denied |= errno == EACCES;
  }
  errno = denied ? EACCES : ENOENT;
}

void program_execute(const struct program *program) {
  execute(program);
  const char *name = program->args[0];
  bool not_found = errno == ENOENT && !strchr(name, '/');
  die_errno("process.args[0]: \"%s\": %s", name, not_found ? NOT_IN_PATH : "execve");
}

/* Whether there is such a file, from the working directory unless its path is absolute. What cannot be told counts as there. */
static bool exists(const char *file, const char *cwd) {
  AUTO_FREE char *path = *file == '/' ? xstrdup(file) : format("%s/%s", cwd, file);
  return access(path, F_OK) == 0 || errno != ENOENT;
}

void program_find(const struct plan *plan) {
  const struct step *program = plan_find(plan, V_ARG), *cwd = plan_find(plan, V_CWD);
  if (!program) return;
  const char *name = program->text[ONLY], *directory = cwd ? cwd->text[ONLY] : "/";
  if (strchr(name, '/')) {
    if (!exists(name, directory)) die_errno("%s: \"%s\"", program->from, name);
    return;
  }
  if (*name == '.' && fault("dotted-program-not-found")) die("%s: \"%s\": %s", program->from, name, NOT_IN_PATH);
  bool found = false;
  const char *path = path_variable(strings(plan, V_ENV));
  for (char *file; !found && (file = next_file(&path, name)); free(file)) found = exists(file, directory);
  if (found) return;
  errno = ENOENT;
  die_errno("%s: \"%s\": %s", program->from, name, NOT_IN_PATH);
}
