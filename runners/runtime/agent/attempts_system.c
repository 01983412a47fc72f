/* Attempts on what the kernel shares: host name, IPC, signals. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "attempts.h"
#include "c/buf.h"

/* sethostname: name; the old name is restored */
void try_sethostname(struct buf *b, const struct attempt *a) {
  struct utsname before;
  bool known = !uname(&before);
  int failed = sethostname(field(a, 1), strlen(field(a, 1)));
  json_errno(b, failed);
  if (!failed && known) (void)!sethostname(before.nodename, strlen(before.nodename));
}

/* shm: key create */
void try_shm(struct buf *b, const struct attempt *a) {
  json_errno(b, shmget((key_t)field_number(a, 1), 4096, field_number(a, 2) ? IPC_CREAT | 0600 : 0) < 0);
}

/* kill: pid signal */
void try_kill(struct buf *b, const struct attempt *a) { json_errno(b, kill((pid_t)field_number(a, 1), (int)field_number(a, 2))); }
