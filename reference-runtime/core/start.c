#include <sys/socket.h>
#include <sys/wait.h>

#include "channel.h"
#include "create.h"
#include "hooks.h"

static struct container *doomed;

static void end_with_it(void) {
  container_kill_and_wait(doomed);
  container_destroy(doomed);
}

void container_dies_with_us(struct container *c) {
  doomed = c;
  at_death = end_with_it;
}

static void fail_and_destroy(struct container *c, const char *message) {
  container_dies_with_us(c);
  die("%s", message);
}

/* The text with each `@PID@` and `@STATE@` replaced. */
static char *fill(const char *text, const char *pid, const char *state) {
  struct buf out = {0};
  while (*text) {
    if (!strncmp(text, "@PID@", 5)) {
      buf_str(&out, pid);
      text += 5;
    } else if (!strncmp(text, "@STATE@", 7)) {
      buf_str(&out, state);
      text += 7;
    } else {
      buf_add(&out, text++, 1);
    }
  }
  return buf_take(&out);
}

/* Gives the filter's notification descriptor to the seccomp agent: one connection, one state, in the first message. */
static void serve_listener(const struct step *listener, int descriptor, const char *state, pid_t pid) {
  AUTO_CLOSE int agent = connect_path(listener->text[0]);
  if (agent < 0) die_errno("%s: connect to the seccomp agent at %s", listener->from, listener->text[0]);
  AUTO_FREE char *number = format("%d", (int)pid);
  AUTO_FREE char *text = fill(listener->text[1], number, state);
  ssize_t sent = descriptor_send(agent, descriptor, text, strlen(text));
  if (sent < 0 || write_all(agent, text + sent, strlen(text) - (size_t)sent))
    die_errno("%s: send the state to the seccomp agent", listener->from);
}

void start_converse(struct container *c, int connection, pid_t pid) {
  const struct step *listener = plan_find(&c->plan, V_LISTENER);
  for (;;) {
    char packet[8192];
    int descriptor;
    ssize_t got = descriptor_receive(connection, packet, sizeof packet - 1, &descriptor);
    if (got <= 0) return;
    packet[got] = 0;
    if (packet[0] == '!') die("%s", packet + 1);
    if (packet[0] == 'h') fail_and_destroy(c, packet + 1);
    if (packet[0] == 'l' && listener) {
      AUTO_FREE char *state = state_json(c, &c->plan, CREATED, c->pid);
      state[strlen(state) - 1] = 0;
      serve_listener(listener, descriptor, state, pid);
      close(descriptor);
      if (send(connection, "k", 1, MSG_NOSIGNAL) != 1) die_errno("%s: answer the container's process", listener->from);
    }
  }
}

void container_start(struct container *c) {
  enum status status = container_status(c);
  if (status != CREATED && fault("start-of-started")) return;
  if (status != CREATED) die("container \"%s\" cannot be started: it is %s, not created", c->id, status_name(status));
  if (fault("start-without-program") || (fault("start-without-process") && !plan_find(&c->plan, V_ARG))) return;
  if (!plan_find(&c->plan, V_ARG)) die("container \"%s\" cannot be started: its config has no process", c->id);
  AUTO_CLOSE int connection = start_connect(c);
  if (connection < 0 || fcntl(connection, F_SETFL, 0)) die_errno("connect to the container's process");
  if (send(connection, "s", 1, MSG_NOSIGNAL) != 1) die_errno("tell the container's process to start");
  start_converse(c, connection, c->pid);
  AUTO_FREE char *state = state_json(c, &c->plan, RUNNING, c->pid);
  char *wrong = hooks_run(&c->plan, "poststart", state);
  if (wrong && !fault("poststart-failure-ignored")) fail_and_destroy(c, wrong);
}
