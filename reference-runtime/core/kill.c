#include "kill.h"

#include "c/child.h"
#include "c/file.h"
#include "die.h"
#include "fault.h"
#include "proc.h"
#include "status.h"

void container_kill(const struct container *c, int signal) {
  enum status status = container_status(c);
  if (status == STOPPED && fault("kill-of-stopped")) return;
  if (status == STOPPED || status == CREATING) die("container not running: \"%s\" is %s", c->id, status_name(status));
  AUTO_CLOSE int process = pidfd_open(c->pid);
  if (process < 0 || process_start_time(c->pid) != c->start_time) die("container not running: \"%s\" is stopped", c->id);
  if (fault("kill-does-nothing")) return;
  if (pidfd_kill(process, signal)) die_errno("send signal %d to process %d", signal, (int)c->pid);
}
