#include "run.h"

#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "delete.h"
#include "die.h"
#include "foreground.h"
#include "start.h"

int container_run(const struct create_options *given, bool detach) {
  struct container c;
  struct create_options options = *given;
  int terminal[2] = {-1, -1};
  if (!detach && !options.console_socket) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, terminal)) die_errno("socketpair");
    options.console = terminal[1];
  }
  container_create(&c, &options);
  if (terminal[1] >= 0) close(terminal[1]);
  /* Nobody else knows of a container that does not come to run. */
  container_dies_with_us(&c);
  container_start(&c);
  if (detach) return 0;
  int code = foreground_wait(c.pid, plan_find(&c.plan, V_TERMINAL) ? terminal[0] : -1);
  before_death(NULL, NULL);
  container_destroy(&c);
  return code;
}
