#include "idmaps.h"

#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"

static void map_by_helper(const struct plan *plan, const char *kind, pid_t pid) {
  const char *program = !strcmp(kind, "uid") ? "newuidmap" : "newgidmap";
  char **args = xcalloc(3 * plan->count + 3, sizeof *args);
  size_t n = 0;
  args[n++] = xstrdup(program);
  args[n++] = format("%d", (int)pid);
  EACH(plan, MAP, s)
    if (!strcmp(s->text[MAP_KIND], kind))
      for (int i = MAP_CONTAINER; i <= MAP_SIZE; i++) args[n++] = xstrdup(s->text[i]);
  pid_t child = fork();
  if (child < 0) die_errno("linux.%sMappings: fork", kind);
  if (child == 0) {
    before_death(NULL, NULL);
    execvp(program, args);
    die_errno("linux.%sMappings: execute %s", kind, program);
  }
  int status;
  if (wait_child(child, &status)) die_errno("linux.%sMappings: wait for %s", kind, program);
  if (status) die("linux.%sMappings: %s refused the mappings", kind, program);
}

static void write_map(const struct plan *plan, const char *kind, pid_t pid) {
  AUTO_BUF struct buf text = {0};
  const char *from = NULL;
  EACH(plan, MAP, s) {
    if (strcmp(s->text[MAP_KIND], kind)) continue;
    buf_fmt(&text, "%s %s %s\n", s->text[MAP_CONTAINER], s->text[MAP_HOST], s->text[MAP_SIZE]);
    from = s->from;
  }
  if (!from) return;
  AUTO_FREE char *path = format("/proc/%d/%s_map", (int)pid, kind);
  if (write_setting(path, text.data)) die_errno("%s: write %s", from, path);
}

void idmaps_write(const struct plan *plan, pid_t pid) {
  const struct step *deny = plan_find(plan, V_DENY_SETGROUPS);
  if (deny) {
    AUTO_FREE char *path = format("/proc/%d/setgroups", (int)pid);
    if (write_setting(path, "deny")) die_errno("%s: write %s", deny->from, path);
  }
  static const char *const kinds[] = {"uid", "gid"};
  for (int i = 0; i < 2; i++) {
    if (plan_find(plan, V_MAP_BY_HELPER)) map_by_helper(plan, kinds[i], pid);
    else write_map(plan, kinds[i], pid);
  }
}
