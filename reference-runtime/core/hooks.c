#include "hooks.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "kernel.h"
#include "process.h"

static void become_hook(const struct plan *plan, const struct step *hook, int input) NORETURN;
static void become_hook(const struct plan *plan, const struct step *hook, int input) {
  char **args = xmalloc((plan->count + 1) * sizeof *args), **env = xmalloc((plan->count + 1) * sizeof *env);
  size_t arg_count = 0, env_count = 0;
  for (const struct step *s = hook + 1; s < plan->steps + plan->count && (s->verb == V_HOOK_ARG || s->verb == V_HOOK_ENV); s++) {
    if (s->verb == V_HOOK_ARG) args[arg_count++] = xstrdup(s->text[0]);
    else env[env_count++] = xstrdup(s->text[0]);
  }
  args[arg_count] = env[env_count] = NULL;
  signals_reset();
  if (dup2(input, 0) < 0) _exit(126);
  (void)syscall(SYS_close_range, 3U, ~0U, 4U);
  execve(hook->text[1], args, env);
  (void)!dprintf(STDERR_FILENO, "oci-ref: %s: execute %s: %s\n", hook->from, hook->text[1], strerror(errno));
  _exit(127);
}

/* Waits for the hook's end, at most for its timeout. */
static char *wait_hook(const struct step *hook, pid_t pid) {
  int status;
  if (hook->number[2] > 0) {
    AUTO_CLOSE int handle = pidfd_open(pid);
    if (handle < 0) return format("%s: pidfd_open: %s", hook->from, strerror(errno));
    struct pollfd ended = {.fd = handle, .events = POLLIN};
    int64_t until = now_ms() + hook->number[2], left;
    int ready = 0;
    while (ready == 0 && (left = until - now_ms()) > 0) {
      ready = poll(&ended, 1, left > 1000000 ? 1000000 : (int)left);
      if (ready < 0 && errno == EINTR) ready = 0;
    }
    if (ready == 0) {
      kill(pid, SIGKILL);
      waitpid(pid, &status, 0);
      return format("%s: the hook %s did not end within %lld ms", hook->from, hook->text[1], (long long)hook->number[2]);
    }
  }
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return format("%s: wait for the hook: %s", hook->from, strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return NULL;
  return WIFEXITED(status) ? format("%s: the hook %s exited with %d", hook->from, hook->text[1], WEXITSTATUS(status))
                           : format("%s: the hook %s was killed by signal %d", hook->from, hook->text[1], WTERMSIG(status));
}

static char *run_hook(const struct plan *plan, const struct step *hook, const char *state) {
  AUTO_CLOSE int input = memfd_create("state", MFD_CLOEXEC);
  if (input < 0 || write_all(input, state, fault("hook-without-state") ? 0 : strlen(state)) || lseek(input, 0, SEEK_SET))
    return format("%s: write the state: %s", hook->from, strerror(errno));
  pid_t pid = fork();
  if (pid < 0) return format("%s: fork: %s", hook->from, strerror(errno));
  if (pid == 0) become_hook(plan, hook, input);
  return wait_hook(hook, pid);
}

char *hooks_run(const struct plan *plan, const char *kind, const char *state) {
  EACH(plan, HOOK, s) {
    if (strcmp(s->text[0], kind)) continue;
    char *wrong = run_hook(plan, s, state);
    if (wrong) return wrong;
  }
  return NULL;
}

void hooks_run_all(const struct plan *plan, const char *kind, const char *state) {
  EACH(plan, HOOK, s) {
    if (strcmp(s->text[0], kind)) continue;
    AUTO_FREE char *wrong = run_hook(plan, s, state);
    if (wrong) warn("%s", wrong);
  }
}
