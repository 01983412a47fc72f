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

static void become_node(const char *const *args, int output, int errors) NORETURN;
static void become_node(const char *const *args, int output, int errors) {
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
  if (dup2(output, 1) < 0 || dup2(errors, 2) < 0) _exit(126);
  execv(NODE, all);
  execvp("node", all);
  (void)!dprintf(STDERR_FILENO, "execute node: %s\n", strerror(errno));
  _exit(127);
}

static enum front_result node_ask(const char *const *args, struct buf *text) {
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) die_errno("pipe");
  pid_t pid = fork();
  if (pid < 0) die_errno("fork");
  if (pid == 0) {
    before_death(NULL, NULL);
    become_node(args, out[1], err[1]);
  }
  close(out[1]);
  close(err[1]);
  struct buf said = {0};
  if (read_all(out[0], text) || read_all(err[0], &said)) die_errno("read from node");
  close(out[0]);
  close(err[0]);
  int status;
  if (wait_child(pid, &status)) die_errno("wait for node");
  bool answered = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!answered) {
    while (said.len > 0 && said.data[said.len - 1] == '\n') said.data[--said.len] = 0;
    text->len = 0;
    buf_str(text, said.len ? said.data : "node failed");
  }
  free(said.data);
  return answered ? FRONT_ANSWER : FRONT_REFUSAL;
}

void front_ask(const char *const *args, struct buf *answer) {
  const char *which = getenv("OCI_REF_FRONT");
  bool engine_alone = which && !strcmp(which, "engine"), node_alone = which && !strcmp(which, "node");
  if (which && *which && !engine_alone && !node_alone) die("OCI_REF_FRONT is engine or node, not %s", which);
  enum front_result result = FRONT_FAILURE;
  if (!node_alone) {
    result = engine_ask(args, answer);
    if (result == FRONT_FAILURE) {
      if (engine_alone) die("the engine cannot be asked: %s", answer->data);
      answer->len = 0;
    }
  }
  if (result == FRONT_FAILURE) result = node_ask(args, answer);
  if (result == FRONT_REFUSAL) die("%s", answer->data);
}
