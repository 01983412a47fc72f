/* Node's part of the runtime: it lowers a config to a plan. */
#include <sys/wait.h>

#include "create.h"
#include "process.h"

#ifndef NODE
#define NODE "node"
#endif

/* `reference-runtime/front-main.cjs` beside this program. */
static char *front_path(void) {
  char self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) die_errno("readlink /proc/self/exe");
  self[length] = 0;
  *strrchr(self, '/') = 0;
  return format("%s/reference-runtime/front-main.cjs", self);
}

static void become_front(const char *const *args, int output) NORETURN;
static void become_front(const char *const *args, int output) {
  size_t count = 0;
  while (args[count]) count++;
  char **all = xmalloc((count + 3) * sizeof *all);
  all[0] = xstrdup("node");
  all[1] = front_path();
  for (size_t i = 0; i <= count; i++) all[i + 2] = args[i] ? xstrdup(args[i]) : NULL;
  /* It only costs time. */
  unsetenv("NODE_EXTRA_CA_CERTS");
  unsetenv("NODE_OPTIONS");
  if (seeded_fault) setenv("OCI_REF_FAULT", seeded_fault, 1);
  signals_reset();
  if (output >= 0 && dup2(output, 1) < 0) _exit(126);
  execv(NODE, all);
  execvp("node", all);
  (void)!dprintf(STDERR_FILENO, "execute node: %s\n", strerror(errno));
  _exit(127);
}

void front_run(const char *const *args, struct buf *output) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) die_errno("pipe");
  pid_t pid = fork();
  if (pid < 0) die_errno("fork");
  if (pid == 0) {
    at_death = NULL;
    dup2(err[1], 2);
    become_front(args, out[1]);
  }
  close(out[1]);
  close(err[1]);
  struct buf said = {0};
  if (read_all(out[0], output) || read_all(err[0], &said)) die_errno("read from node");
  close(out[0]);
  close(err[0]);
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  while (said.len > 0 && said.data[said.len - 1] == '\n') said.data[--said.len] = 0;
  if (!WIFEXITED(status) || WEXITSTATUS(status)) die("%s", said.len ? said.data : "node failed");
  free(said.data);
}

void front_become(const char *const *args) { become_front(args, -1); }
