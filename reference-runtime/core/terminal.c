#include "terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "c/descriptors.h"
#include "c/file.h"
#include "die.h"
#include "kernel.h"
#include "mounts.h"
#include "paths.h"

/* Opens a new pseudoterminal, unlocked: the side of who looks at it. */
static int open_master(const struct step *s, int root) {
  AUTO_CLOSE int node = in_root(root, "dev/ptmx");
  if (node < 0) die_errno("%s: dev/ptmx: the container has no pseudoterminals", s->from);
  int master = open(fd_path(node), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) die_errno("%s: open dev/ptmx", s->from);
  int unlocked = 0;
  if (ioctl(master, TIOCSPTLCK, &unlocked)) die_errno("%s: unlock the pseudoterminal", s->from);
  return master;
}

/* The side of the process, with its size and owner. */
static int open_slave(const struct step *s, int master, const struct step *user) {
  int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) die_errno("%s: open the pseudoterminal", s->from);
  struct winsize size = {.ws_row = (unsigned short)s->number[TERMINAL_ROWS], .ws_col = (unsigned short)s->number[TERMINAL_COLUMNS]};
  if ((size.ws_row || size.ws_col) && ioctl(slave, TIOCSWINSZ, &size)) die_errno("%s: set the terminal's size", s->from);
  if (user && fchown(slave, (uid_t)user->number[USER_UID], (gid_t)-1)) die_errno("%s: give the terminal to its user", s->from);
  return slave;
}

static void bind_console(const struct step *s, int root, int slave) {
  AUTO_CLOSE int target = make_in_root(root, "dev/console", false, s->from);
  AUTO_CLOSE int tree = sys_open_tree(slave, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  if (tree < 0 || mount_attach(tree, target)) die_errno("%s: bind the terminal on dev/console", s->from);
}

void terminal_open(const struct plan *plan, int root, bool console, int socket) {
  static const char name[] = "/dev/ptmx";
  const struct step *s = plan_find(plan, V_TERMINAL);
  AUTO_CLOSE int master = open_master(s, root);
  AUTO_CLOSE int slave = open_slave(s, master, plan_find(plan, V_USER));
  if (console) bind_console(s, root, slave);
  if (descriptor_send(socket, master, name, sizeof name - 1) < 0) die_errno("%s: send the terminal to the console socket", s->from);
  for (int fd = 0; fd < 3; fd++)
    if (dup2(slave, fd) < 0) die_errno("%s: dup2", s->from);
  if (ioctl(STDIN_FILENO, TIOCSCTTY, 0)) die_errno("%s: make it the controlling terminal", s->from);
}
