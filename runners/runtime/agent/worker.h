#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>

#include "c/buf.h"
#include "events.h"
#include "frame.h"

#define HOME "/run/oci-conform"
#define CASE_DIR HOME "/case"
#define FIXTURES CASE_DIR "/fixtures"
#define AGENT_PATH HOME "/agent"

enum { MAX_SLOTS = 8, SLOT_LIMIT = 4 << 20 };

/* The stdio of one container: pipes that outlive the runtime's create, and its terminal if it has one. */
struct slot {
  struct buf out, err;
  int open_streams;
  bool stale; /* what it holds is of a case that was cleaned up */
  bool has_terminal;
  unsigned rows, columns;
};
extern struct slot slots[MAX_SLOTS];
/* A slot that is about to receive, without what an earlier case left in it; the first for a number that is none. */
struct slot *slot_use(int64_t number);
/* At the end of a case: nothing comes any more; what came can still be fetched. */
void slots_end(void);

/* Answers. Every action writes exactly one. */
void answer_ok(struct buf *reply);
void answer_error(struct buf *reply, const char *step, int error);

/* The action's fields after variables were put in; an action reads them by position. */
struct args {
  uint32_t count;
  char **text;
  uint32_t *len;
};
int64_t number(const struct args *a, uint32_t at);
const char *text(const struct args *a, uint32_t at);

void set_variable(const char *name, const char *value);

/* files.c */
void do_mkdir(const struct args *a, struct buf *reply);
void do_file(const struct args *a, struct buf *reply);
void do_agent(const struct args *a, struct buf *reply);
void do_symlink(const struct args *a, struct buf *reply);
void do_node(const struct args *a, struct buf *reply);
void do_mount(const struct args *a, struct buf *reply);
void do_read(const struct args *a, struct buf *reply);
void do_write(const struct args *a, struct buf *reply);
void do_readlink(const struct args *a, struct buf *reply);
void do_stat(const struct args *a, struct buf *reply);
void do_list(const struct args *a, struct buf *reply);
void do_read_all(const struct args *a, struct buf *reply);
void do_set(const struct args *a, struct buf *reply);
void do_set_cgroups(const struct args *a, struct buf *reply);

/* run.c, await.c */
void do_run(const struct args *a, struct buf *reply);
void do_ask_pid(const struct args *a, struct buf *reply);
void do_join(const struct args *a, struct buf *reply);
void do_await_line(const struct args *a, struct buf *reply);
void do_await_exit(const struct args *a, struct buf *reply);
void do_output(const struct args *a, struct buf *reply);
void do_terminal(const struct args *a, struct buf *reply);
/* The five fields kind, code or name, … of an exit: see exit_fields in run.c. */
void exit_fields(struct buf *reply, int status, bool timed_out);
void runs_reset(void);
void runs_begin_batch(void);
void add_environment(const char *entry);

/* fixtures.c, console.c, seccomp_agent.c */
int make_namespace(const char *path, const char *type, pid_t *holder);
int make_cgroup(const char *path);
void do_namespace(const struct args *a, struct buf *reply);
void do_interface(const struct args *a, struct buf *reply);
void do_cgroup(const struct args *a, struct buf *reply);
void do_console(const struct args *a, struct buf *reply);
void do_report(const struct args *a, struct buf *reply);
void do_seccomp_agent(const struct args *a, struct buf *reply);
void do_seccomp_deliveries(const struct args *a, struct buf *reply);
void seccomp_reset(void);
int listen_at(const char *path);
bool is_fixture_process(pid_t pid);
bool is_fixture_interface(const char *name);
bool is_fixture_cgroup(const char *path);
void fixtures_reset(void);
void each_fixture_interface(void (*fn)(const char *name));
/* netlink.c */
int veth_add(const char *name, const char *peer);
int link_up(const char *name);
int link_delete(const char *name);
int address_add(const char *name, const char *cidr);

/* clean.c */
void baseline_take(void);
void do_clean(const struct args *a, struct buf *reply);
/* Whether a clean found the sandbox itself changed, in ways that it does not undo. */
bool is_damaged(void);

/* The worker's main loop, once the sandbox stands; greet: say that it is ready. Returns the exit code. */
int worker_loop(bool greet);

#endif
