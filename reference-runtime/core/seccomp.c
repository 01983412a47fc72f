#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "channel.h"
#include "process.h"

/* Between the process that loads the filter and a helper that shares its descriptors but not its filter. */
struct handover {
  volatile int descriptor; /* -1 until it is known */
  volatile int done;
  int socket;
};

static int helper(void *argument) {
  struct handover *h = argument;
  struct timespec pause = {.tv_nsec = 100000};
  for (int tries = 0; h->descriptor == -1 && tries < 300000; tries++) nanosleep(&pause, NULL);
  if (h->descriptor >= 0) {
    int descriptor = h->descriptor;
    bool sent = descriptor_send(h->socket, descriptor, "l", 1) == 1;
    /* The other side says when the agent has it: nothing may be asked of an agent that is not there. */
    char answer = 0;
    bool taken = sent && recv(h->socket, &answer, 1, 0) == 1;
    close(descriptor);
    h->done = taken ? 1 : 2;
  }
  return 0;
}

static int load(const struct step *s, unsigned flags) {
  size_t length;
  AUTO_FREE void *instructions = unhex(s->text[1], &length);
  struct sock_fprog program = {.len = (unsigned short)(length / sizeof(struct sock_filter)), .filter = instructions};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

void seccomp_load(const struct step *s, int listener_socket) {
  unsigned flags = (unsigned)s->number[0];
  if (!(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)) {
    if (load(s, flags)) die_errno("%s: load the filter", s->from);
    return;
  }
  struct handover *h = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (h == MAP_FAILED) die_errno("%s: mmap", s->from);
  *h = (struct handover){.descriptor = -1, .socket = listener_socket};
  /* The helper is not to be waited for: the filter may forbid it. Neither the handler's flag nor the handler outlives execve(2). */
  struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
  sigaction(SIGCHLD, &action, NULL);
  if (listener_socket >= 0 && clone(helper, (char *)h + 65536, CLONE_VM | CLONE_FILES | SIGCHLD, h) < 0) die_errno("%s: clone", s->from);
  int descriptor = load(s, flags);
  if (descriptor < 0) {
    h->descriptor = -2;
    die_errno("%s: load the filter", s->from);
  }
  if (listener_socket < 0) return;
  h->descriptor = descriptor;
  /* No system call from here on: each could ask the agent. The clock is read without one. */
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while (!h->done && now.tv_sec - begin.tv_sec < 30);
  if (h->done != 1) _exit(1);
}
