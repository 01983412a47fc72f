#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/attributes.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "fault.h"

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

static void become_node(const char *const *args, int output) NORETURN;
static void become_node(const char *const *args, int output) {
  size_t count = 0;
  while (args[count]) count++;
  char **all = xmalloc((count + 3) * sizeof *all);
  all[0] = xstrdup("node");
  all[1] = front_path();
  for (size_t i = 0; i <= count; i++) all[i + 2] = args[i] ? xstrdup(args[i]) : NULL;
  /* It only costs time. */
  unsetenv("NODE_EXTRA_CA_CERTS");
  unsetenv("NODE_OPTIONS");
  if (fault_seeded()) setenv("OCI_REF_FAULT", fault_seeded(), 1);
  signals_reset();
  if (dup2(output, STDOUT_FILENO) < 0) _exit(126);
  execv(NODE, all);
  execvp("node", all);
  (void)!dprintf(STDERR_FILENO, "execute node: %s\n", strerror(errno));
  _exit(127);
}

static enum front_result node_ask(const char *const *args, struct buf *text) {
  int out[2];
  if (pipe2(out, O_CLOEXEC)) die_errno("pipe");
  pid_t pid = fork();
  if (pid < 0) die_errno("fork");
  if (pid == 0) {
    before_death(NULL, NULL);
    become_node(args, out[1]);
  }
  close(out[1]);
  if (read_all(out[0], text)) die_errno("read from node");
  close(out[0]);
  int status;
  if (wait_child(pid, &status)) die_errno("wait for node");
  if (WIFEXITED(status) && WEXITSTATUS(status) <= 1) return WEXITSTATUS(status) ? FRONT_REFUSAL : FRONT_ANSWER;
  text->len = 0;
  buf_fmt(text, "it ended with code %d", exit_code(status));
  return FRONT_FAILURE;
}

void front_ask(const char *const *args, struct buf *answer) {
  const char *which = getenv("OCI_REF_FRONT");
  bool engine_alone = which && !strcmp(which, "engine"), node_alone = which && !strcmp(which, "node");
  if (which && *which && !engine_alone && !node_alone) die("OCI_REF_FRONT is engine or node, not %s", which);
  enum front_result result = node_alone ? FRONT_FAILURE : engine_ask(args, answer);
  if (result == FRONT_FAILURE && engine_alone) die("the engine cannot be asked: %s", answer->data);
  if (result == FRONT_FAILURE) {
    answer->len = 0;
    result = node_ask(args, answer);
    if (result == FRONT_FAILURE) die("node cannot be asked: %s", answer->data);
  }
  if (result == FRONT_REFUSAL) die("%s", answer->data);
}
