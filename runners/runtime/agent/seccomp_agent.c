#include "seccomp_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/descriptors.h"
#include "c/memory.h"
#include "console.h"
#include "events.h"

#ifndef SECCOMP_USER_NOTIF_FLAG_CONTINUE
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE 1
#endif

enum { MAX_DELIVERIES = 16, MAX_NOTED = 64, MAX_MESSAGES = 32 };

/* One connection, and what came over it. */
struct delivery {
  char *path;
  int answer; /* errno for each notified call; 0: it may go on */
  struct buf payload;
  int fds_per_message[MAX_MESSAGES];
  int messages;
  bool closed, is_notify;
  int notified[MAX_NOTED];
  int notified_count;
  int first_fd;
};
static struct delivery deliveries[MAX_DELIVERIES];
static int delivery_count;

/* What a listening socket needs to know. */
struct listener {
  char *path;
  int answer;
};

static void on_notification(int fd, void *data) {
  struct delivery *d = data;
  /* Nobody uses the filter any more. To receive would wait for ever. */
  struct pollfd state = {.fd = fd, .events = POLLIN};
  if (poll(&state, 1, 0) > 0 && !(state.revents & POLLIN)) return unwatch(fd);
  struct seccomp_notif call = {0};
  if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &call)) {
    if (errno != EINTR && errno != ENOENT && errno != EAGAIN) unwatch(fd);
    return;
  }
  if (d->notified_count < MAX_NOTED) d->notified[d->notified_count++] = call.data.nr;
  struct seccomp_notif_resp response = {.id = call.id, .error = -d->answer, .flags = d->answer ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  (void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

/* A stale id answers ENOENT on a notification descriptor, anything else on other files. */
static bool is_notify_fd(int fd) {
  uint64_t id = 0;
  return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0 || errno == ENOENT;
}

/* The first descriptor of a connection is the one to listen to, if it is of that kind. Nothing else is kept. */
static void take_descriptor(struct delivery *d, int fd) {
  bool first = d->first_fd < 0;
  if (first) {
    d->first_fd = fd;
    d->is_notify = is_notify_fd(fd);
  }
  if (first && d->is_notify) (void)watch(fd, on_notification, d);
  else close(fd);
}

static void on_message(int connection, void *data) {
  struct delivery *d = data;
  char chunk[65536];
  int fds[MOST_DESCRIPTORS];
  size_t count;
  ssize_t n = descriptors_receive(connection, chunk, sizeof chunk, MSG_DONTWAIT, fds, &count);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    d->closed = n == 0;
    unwatch(connection);
    return;
  }
  buf_add(&d->payload, chunk, (size_t)n);
  for (size_t i = 0; i < count; i++) take_descriptor(d, fds[i]);
  if (d->messages < MAX_MESSAGES) d->fds_per_message[d->messages++] = (int)count;
}

static void on_connect(int fd, void *data) {
  struct listener *l = data;
  int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
  if (connection < 0) return;
  if (delivery_count == MAX_DELIVERIES) {
    close(connection);
    return;
  }
  struct delivery *d = &deliveries[delivery_count++];
  *d = (struct delivery){.path = xstrdup(l->path), .answer = l->answer, .first_fd = -1};
  watch(connection, on_message, d);
}

/* seccomp-agent: path errno */
void do_seccomp_agent(const struct args *a, struct buf *reply) {
  int fd = listen_at(text(a, 1));
  if (fd < 0) return answer_error(reply, "listen", errno);
  struct listener *l = xcalloc(1, sizeof *l);
  *l = (struct listener){xstrdup(text(a, 1)), (int)number(a, 2)};
  if (!watch(fd, on_connect, l)) return answer_error(reply, "listen", EMFILE);
  answer_ok(reply);
}

static void add_numbers(struct buf *reply, const int *numbers, int count) {
  struct buf list = {0};
  buf_add(&list, "", 0);
  for (int i = 0; i < count; i++) buf_fmt(&list, i ? ",%d" : "%d", numbers[i]);
  field_bytes(reply, list.data, list.len);
  buf_free(&list);
}

/* → for each delivery: path payload fds closed isNotify notifications; number lists are comma-separated */
void do_seccomp_deliveries(const struct args *a, struct buf *reply) {
  (void)a;
  pump_ready();
  message_begin(reply, 1 + 6 * (uint32_t)delivery_count);
  field_str(reply, "seccomp");
  for (int i = 0; i < delivery_count; i++) {
    struct delivery *d = &deliveries[i];
    field_str(reply, d->path);
    field_bytes(reply, d->payload.data, d->payload.len);
    add_numbers(reply, d->fds_per_message, d->messages);
    field_num(reply, d->closed);
    field_num(reply, d->is_notify);
    add_numbers(reply, d->notified, d->notified_count);
  }
}

void seccomp_reset(void) {
  while (delivery_count > 0) {
    struct delivery *d = &deliveries[--delivery_count];
    free(d->path);
    buf_free(&d->payload);
  }
}
