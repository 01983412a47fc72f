#include "host_device.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "die.h"
#include "kernel.h"

int host_device(const struct step *s) {
  int node = sys_open_tree(AT_FDCWD, s->text[DEVICE_PATH], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  struct stat st;
  if (node < 0) return -1;
  if (fstat(node, &st)) die_errno("%s: stat the host's %s", s->from, s->text[DEVICE_PATH]);
  const char *type = S_ISCHR(st.st_mode) ? DEVICE_TYPE_CHAR : S_ISBLK(st.st_mode) ? DEVICE_TYPE_BLOCK : "";
  bool same = !strcmp(type, s->text[DEVICE_TYPE]) && major(st.st_rdev) == (unsigned)s->number[DEVICE_MAJOR] &&
              minor(st.st_rdev) == (unsigned)s->number[DEVICE_MINOR];
  if (same) return node;
  close(node);
  return -1;
}
