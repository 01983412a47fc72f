#include "hooks.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "fault.h"
#include "kernel.h"

static void become_hook(const struct plan *plan, const struct step *hook, int input) NORETURN;
static void become_hook(const struct plan *plan, const struct step *hook, int input) {
  char **args = xcalloc(plan->count + 1, sizeof *args), **env = xcalloc(plan->count + 1, sizeof *env);
  size_t arg_count = 0, env_count = 0;
  for (const struct step *s = hook + 1; s < plan->steps + plan->count && (s->verb == V_HOOK_ARG || s->verb == V_HOOK_ENV); s++) {
    if (s->verb == V_HOOK_ARG) args[arg_count++] = xstrdup(s->text[ONLY]);
    else env[env_count++] = xstrdup(s->text[ONLY]);
  }
  signals_reset();
  if (dup2(input, STDIN_FILENO) >= 0 && close_range_on_exec(3) == 0) execve(hook->text[HOOK_PATH], args, env);
  (void)!dprintf(STDERR_FILENO, "oci-ref: %s: execute %s: %s\n", hook->from, hook->text[HOOK_PATH], strerror(errno));
  _exit(127);
}

/* Waits for the hook's end, at most for its timeout. Returns NULL, or what its failure was. */
static char *wait_hook(const struct step *hook, pid_t pid) {
  const char *path = hook->text[HOOK_PATH];
  int64_t timeout = hook->number[HOOK_TIMEOUT];
  int status;
  if (timeout > 0) {
    AUTO_CLOSE int process = pidfd_open(pid);
    int ended = process < 0 ? -1 : pidfd_wait(process, timeout);
    int error = errno;
    if (ended != 1) {
      kill(pid, SIGKILL);
      (void)wait_child(pid, &status);
    }
    if (ended == 0) return format("%s: the hook %s did not end within %lld ms", hook->from, path, (long long)timeout);
    if (ended < 0) return format("%s: watch the hook %s: %s", hook->from, path, strerror(error));
  }
  if (wait_child(pid, &status)) return format("%s: wait for the hook %s: %s", hook->from, path, strerror(errno));
  if (WIFSIGNALED(status)) return format("%s: the hook %s was killed by signal %d", hook->from, path, WTERMSIG(status));
  return WEXITSTATUS(status) ? format("%s: the hook %s exited with %d", hook->from, path, WEXITSTATUS(status)) : NULL;
}

static char *run_hook(const struct plan *plan, const struct step *hook, const char *state) {
  AUTO_CLOSE int input = memfd_create("state", MFD_CLOEXEC);
  size_t length = fault("hook-without-state") ? 0 : strlen(state);
  if (input < 0 || write_all(input, state, length) || lseek(input, 0, SEEK_SET))
    return format("%s: write the state: %s", hook->from, strerror(errno));
  pid_t pid = fork();
  if (pid < 0) return format("%s: fork: %s", hook->from, strerror(errno));
  if (pid == 0) become_hook(plan, hook, input);
  return wait_hook(hook, pid);
}

char *hooks_run(const struct plan *plan, const char *kind, const char *state) {
  EACH(plan, HOOK, s) {
    if (strcmp(s->text[HOOK_KIND], kind)) continue;
    char *wrong = run_hook(plan, s, state);
    if (wrong) return wrong;
  }
  return NULL;
}

void hooks_run_all(const struct plan *plan, const char *kind, const char *state) {
  EACH(plan, HOOK, s) {
    if (strcmp(s->text[HOOK_KIND], kind)) continue;
    AUTO_FREE char *wrong = run_hook(plan, s, state);
    if (wrong) warn("%s", wrong);
  }
}
