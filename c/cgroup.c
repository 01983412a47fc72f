#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "buf.h"
#include "memory.h"

int cgroup_remove(const char *directory) {
  DIR *dir = opendir(directory);
  if (!dir) return errno == ENOENT ? 0 : -1;
  for (struct dirent *e; (e = readdir(dir));) {
    if (e->d_type != DT_DIR || e->d_name[0] == '.') continue;
    AUTO_FREE char *below = format("%s/%s", directory, e->d_name);
    (void)cgroup_remove(below);
  }
  closedir(dir);
  /* The last process may still be on its way out: a bounded number of tries, a millisecond apart. */
  int failed = rmdir(directory);
  for (int tries = 0; failed && errno == EBUSY && tries < 500; tries++) {
    usleep(1000);
    failed = rmdir(directory);
  }
  return failed;
}
