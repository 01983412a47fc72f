/* Where the cgroups of a process are mounted, as variables. */
#include "cgroup_variables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c/file.h"
#include "c/memory.h"
#include "variables.h"

/* The mount point of a hierarchy in the sandbox: by controller name, or of cgroup2 when it is empty. */
static char *hierarchy(const char *mountinfo, const char *controller) {
  AUTO_FREE char *copy = xstrdup(mountinfo);
  for (char *save, *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    char *dash = strstr(line, " - ");
    char target[4096], type[64], options[1024];
    if (!dash || sscanf(line, "%*s %*s %*s %*s %4095s", target) != 1) continue;
    if (sscanf(dash + 3, "%63s %*s %1023s", type, options) != 2) continue;
    if (!*controller && !strcmp(type, "cgroup2")) return xstrdup(target);
    if (!*controller || strcmp(type, "cgroup")) continue;
    for (char *save2, *option = strtok_r(options, ",", &save2); option; option = strtok_r(NULL, ",", &save2))
      if (!strcmp(option, controller)) return xstrdup(target);
  }
  return NULL;
}

static void set_cgroup(const char *name, const char *controller, const char *mountinfo, const char *path) {
  AUTO_FREE char *root = hierarchy(mountinfo, controller);
  if (!root) return;
  struct buf key = {0}, value = {0};
  buf_fmt(&key, "%s:%s", name, controller);
  buf_str(&value, root);
  if (strcmp(path, "/")) buf_str(&value, path);
  variable_set(key.data, value.data);
  buf_free(&key);
  buf_free(&value);
}

/* set-cgroups: name pid */
void do_set_cgroups(const struct args *a, struct buf *reply) {
  struct buf path = {0}, groups = {0}, mountinfo = {0};
  buf_fmt(&path, "/proc/%s/cgroup", text(a, 2));
  if (read_file(path.data, &groups, 1 << 20) || read_file("/proc/self/mountinfo", &mountinfo, 4 << 20)) {
    answer_error(reply, "read", errno);
  } else {
    for (char *save, *line = strtok_r(groups.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
      char *controllers = strchr(line, ':');
      char *group = controllers ? strchr(controllers + 1, ':') : NULL;
      if (!group) continue;
      *group++ = 0;
      controllers++;
      if (!*controllers) set_cgroup(text(a, 1), "", mountinfo.data, group);
      for (char *save2, *one = strtok_r(controllers, ",", &save2); one; one = strtok_r(NULL, ",", &save2))
        set_cgroup(text(a, 1), one, mountinfo.data, group);
    }
    answer_ok(reply);
  }
  buf_free(&path);
  buf_free(&groups);
  buf_free(&mountinfo);
}
