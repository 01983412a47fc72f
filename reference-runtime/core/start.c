#include "start.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/descriptors.h"
#include "c/file.h"
#include "c/memory.h"
#include "channel.h"
#include "connect.h"
#include "delete.h"
#include "die.h"
#include "fault.h"
#include "hooks.h"
#include "start_socket.h"
#include "status.h"

/* In the state that a seccomp agent gets. */
static const char PID[] = "@PID@", STATE[] = "@STATE@";

static void fail_and_destroy(struct container *c, const char *message) {
  container_dies_with_us(c);
  die("%s", message);
}

/* The text with each of the two marks replaced. */
static char *fill(const char *text, const char *pid, const char *state) {
  struct buf out = {0};
  while (*text) {
    if (!strncmp(text, PID, sizeof PID - 1)) {
      buf_str(&out, pid);
      text += sizeof PID - 1;
    } else if (!strncmp(text, STATE, sizeof STATE - 1)) {
      buf_str(&out, state);
      text += sizeof STATE - 1;
    } else {
      buf_add(&out, text++, 1);
    }
  }
  return buf_take(&out);
}

/* Gives the filter's notification descriptor to the seccomp agent: one connection, one state, in the first message. */
static void serve_listener(struct container *c, const struct step *listener, int descriptor, pid_t pid) {
  AUTO_CLOSE int agent = connect_path(listener->text[LISTENER_PATH]);
  if (agent < 0) die_errno("%s: connect to the seccomp agent at %s", listener->from, listener->text[LISTENER_PATH]);
  AUTO_FREE char *state = state_json(c, CREATED, c->pid), *number = format("%d", (int)pid);
  state[strlen(state) - 1] = 0;
  AUTO_FREE char *text = fill(listener->text[LISTENER_STATE], number, state);
  ssize_t sent = descriptor_send(agent, descriptor, text, strlen(text));
  if (sent < 0 || write_all(agent, text + sent, strlen(text) - (size_t)sent))
    die_errno("%s: send the state to the seccomp agent", listener->from);
}

void start_converse(struct container *c, int connection, pid_t pid) {
  const struct step *listener = plan_find(&c->plan, V_LISTENER);
  for (;;) {
    char packet[MESSAGE_SIZE];
    int descriptor;
    ssize_t got = descriptor_receive(connection, packet, sizeof packet - 1, &descriptor);
    if (got <= 0) return;
    packet[got] = 0;
    if (packet[0] == MESSAGE_ERROR) die("%s", packet + 1);
    if (packet[0] == MESSAGE_HOOK_FAILED) fail_and_destroy(c, packet + 1);
    if (packet[0] != MESSAGE_LISTENER || !listener) continue;
    serve_listener(c, listener, descriptor, pid);
    close(descriptor);
    if (message_send(connection, MESSAGE_LISTENER_TAKEN, "")) die_errno("%s: answer the container's process", listener->from);
  }
}

void container_start(struct container *c) {
  enum status status = container_status(c);
  if (status != CREATED && fault("start-of-started")) return;
  if (status != CREATED) die("container \"%s\" cannot be started: it is %s, not created", c->id, status_name(status));
  if (fault("start-without-program") || (fault("start-without-process") && !plan_find(&c->plan, V_ARG))) return;
  if (!plan_find(&c->plan, V_ARG)) die("container \"%s\" cannot be started: its config has no process", c->id);
  AUTO_CLOSE int connection = start_connect(c);
  if (connection < 0) die_errno("connect to the container's process");
  if (fcntl(connection, F_SETFL, 0)) die_errno("make the connection to the container's process wait");
  if (message_send(connection, MESSAGE_START, "")) die_errno("tell the container's process to start");
  start_converse(c, connection, c->pid);
  AUTO_FREE char *state = state_json(c, RUNNING, c->pid);
  char *wrong = hooks_run(&c->plan, "poststart", state);
  if (wrong && !fault("poststart-failure-ignored")) fail_and_destroy(c, wrong);
}
