#include "seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "c/descriptors.h"
#include "c/memory.h"
#include "channel.h"
#include "die.h"

enum { DESCRIPTOR_UNKNOWN = -1, DESCRIPTOR_NONE = -2 };
enum handed { PENDING, TAKEN, FAILED };

/* Between the process that loads the filter and a helper that shares its memory and descriptors but not its filter. */
struct handover {
  volatile int descriptor;
  volatile enum handed handed;
  int socket;
};

enum { HANDOVER_SIZE = 65536 }; /* with the helper's stack */

/* Sends the descriptor, and waits until the other side says that the agent has it: nothing may be asked of an agent that is not there. */
static enum handed hand_over(int socket, int descriptor) {
  const char message = MESSAGE_LISTENER;
  if (descriptor_send(socket, descriptor, &message, 1) != 1) return FAILED;
  char answer = 0;
  ssize_t got;
  do got = recv(socket, &answer, 1, 0);
  while (got < 0 && errno == EINTR);
  return got == 1 && answer == MESSAGE_LISTENER_TAKEN ? TAKEN : FAILED;
}

static int helper(void *argument) {
  struct handover *h = argument;
  struct timespec pause = {.tv_nsec = 100000};
  for (int tries = 0; h->descriptor == DESCRIPTOR_UNKNOWN && tries < 300000; tries++) nanosleep(&pause, NULL);
  if (h->descriptor < 0) return 0;
  int descriptor = h->descriptor;
  enum handed handed = hand_over(h->socket, descriptor);
  close(descriptor);
  h->handed = handed;
  return 0;
}

static int load(const struct step *s) {
  size_t length;
  AUTO_FREE void *instructions = unhex(s->text[SECCOMP_INSTRUCTIONS], &length);
  struct sock_fprog program = {.len = (unsigned short)(length / sizeof(struct sock_filter)), .filter = instructions};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, (unsigned)s->number[SECCOMP_FLAGS], &program);
}

static struct handover *start_helper(const struct step *s, int socket) {
  struct handover *h = mmap(NULL, HANDOVER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (h == MAP_FAILED) die_errno("%s: mmap", s->from);
  *h = (struct handover){.descriptor = DESCRIPTOR_UNKNOWN, .handed = PENDING, .socket = socket};
  /* The helper is not to be waited for: the filter may forbid it. Neither the handler's flag nor the handler outlives execve(2). */
  struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
  if (sigaction(SIGCHLD, &action, NULL)) die_errno("%s: sigaction", s->from);
  if (socket >= 0 && clone(helper, (char *)h + HANDOVER_SIZE, CLONE_VM | CLONE_FILES | SIGCHLD, h) < 0) die_errno("%s: clone", s->from);
  return h;
}

/* Waits until the helper is done, without a system call: each could ask the agent. The clock is read without one. */
static bool is_taken(const struct handover *h) {
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while (h->handed == PENDING && now.tv_sec - begin.tv_sec < 30);
  return h->handed == TAKEN;
}

void seccomp_load(const struct step *s, int listener_socket) {
  if (!((unsigned)s->number[SECCOMP_FLAGS] & SECCOMP_FILTER_FLAG_NEW_LISTENER)) {
    if (load(s)) die_errno("%s: load the filter", s->from);
    return;
  }
  struct handover *h = start_helper(s, listener_socket);
  int descriptor = load(s);
  if (descriptor < 0) {
    h->descriptor = DESCRIPTOR_NONE;
    die_errno("%s: load the filter", s->from);
  }
  if (listener_socket < 0) return;
  h->descriptor = descriptor;
  if (!is_taken(h)) _exit(1);
}
