/* The worker's main loop: reads batches of actions, carries them out in order, answers each. */
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "await.h"
#include "c/buf.h"
#include "cgroup_variables.h"
#include "clean.h"
#include "console.h"
#include "events.h"
#include "files.h"
#include "fixtures.h"
#include "frame.h"
#include "paths.h"
#include "reply.h"
#include "report.h"
#include "run.h"
#include "seccomp_agent.h"
#include "tree.h"
#include "variables.h"

static const struct {
  const char *name;
  void (*act)(const struct args *a, struct buf *reply);
  uint32_t least; /* fields at least, the name included */
} actions[] = {
    {"mkdir", do_mkdir, 5},
    {"file", do_file, 6},
    {"agent", do_agent, 5},
    {"symlink", do_symlink, 3},
    {"node", do_node, 8},
    {"mount", do_mount, 6},
    {"namespace", do_namespace, 3},
    {"interface", do_interface, 5},
    {"cgroup", do_cgroup, 2},
    {"console", do_console, 3},
    {"seccomp-agent", do_seccomp_agent, 3},
    {"report", do_report, 3},
    {"run", do_run, 8},
    {"ask-pid", do_ask_pid, 8},
    {"join", do_join, 2},
    {"set", do_set, 3},
    {"set-cgroups", do_set_cgroups, 3},
    {"read", do_read, 3},
    {"write", do_write, 3},
    {"readlink", do_readlink, 2},
    {"stat", do_stat, 2},
    {"list", do_list, 2},
    {"tree", do_tree, 2},
    {"read-all", do_read_all, 4},
    {"await-line", do_await_line, 5},
    {"await-exit", do_await_exit, 3},
    {"output", do_output, 3},
    {"terminal", do_terminal, 2},
    {"seccomp-deliveries", do_seccomp_deliveries, 1},
    {"clean", do_clean, 1},
};

/* Only names, paths and PIDs may hold variables: what is written to a file or executed is literal. */
static bool takes_variables(const char *action) {
  return strcmp(action, "file") && strcmp(action, "run") && strcmp(action, "ask-pid") && strcmp(action, "symlink");
}

static void carry_out(struct message *m, struct buf *reply) {
  for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
    if (strcmp(actions[i].name, m->fields[0])) continue;
    if (m->count < actions[i].least) return answer_error(reply, "fields", EINVAL);
    for (uint32_t f = 1; takes_variables(m->fields[0]) && f < m->count; f++) {
      if (variables_expand(&m->fields[f], &m->lengths[f])) continue;
      message_begin(reply, 1);
      return field_str(reply, "unset");
    }
    struct args a = {m->count, m->fields, m->lengths};
    return actions[i].act(&a, reply);
  }
  answer_error(reply, m->fields[0], ENOSYS);
}

int worker_loop(bool greet) {
  events_init();
  end_with(0);
  mkdir(CASE_DIR, 0755);
  baseline_take();
  struct buf reply = {0};
  buf_add(&reply, "", 0);
  if (greet && frame_write(1, &reply)) return 1;
  while (!is_damaged()) {
    struct message *batch = NULL;
    uint32_t count = 0;
    int got = frame_read(0, &batch, &count);
    if (got <= 0) return got < 0 ? 1 : 0;
    forget_reaped();
    runs_begin_batch();
    variables_forget();
    reply.len = 0;
    for (uint32_t i = 0; i < count; i++) carry_out(&batch[i], &reply);
    messages_free(batch, count);
    if (frame_write(1, &reply)) return 1;
  }
  return EXIT_RENEW;
}
