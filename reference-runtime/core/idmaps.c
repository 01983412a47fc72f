#include "idmaps.h"

#include <sys/wait.h>

static void by_helper(const struct plan *plan, const char *kind, pid_t pid) {
  const char *program = !strcmp(kind, "uid") ? "newuidmap" : "newgidmap";
  char **args = xmalloc((3 * plan->count + 3) * sizeof *args);
  size_t n = 0;
  args[n++] = xstrdup(program);
  args[n++] = format("%d", (int)pid);
  EACH(plan, MAP, s)
    if (!strcmp(s->text[0], kind))
      for (int i = 1; i < 4; i++) args[n++] = xstrdup(s->text[i]);
  args[n] = NULL;
  pid_t child = fork();
  if (child < 0) die_errno("linux.%sMappings: fork", kind);
  if (child == 0) {
    execvp(program, args);
    die_errno("linux.%sMappings: execute %s", kind, program);
  }
  int status;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status))
    die("linux.%sMappings: %s refused the mappings", kind, program);
}

static void write_map(const struct plan *plan, const char *kind, pid_t pid) {
  struct buf text = {0};
  const char *from = "linux.uidMappings";
  EACH(plan, MAP, s) {
    if (strcmp(s->text[0], kind)) continue;
    buf_fmt(&text, "%s %s %s\n", s->text[1], s->text[2], s->text[3]);
    from = s->from;
  }
  if (text.len == 0) return;
  AUTO_FREE char *path = format("/proc/%d/%s_map", (int)pid, kind);
  if (write_setting(path, text.data)) die_errno("%s: write %s", from, path);
  free(text.data);
}

void idmaps_write(const struct plan *plan, pid_t pid) {
  if (plan_find(plan, V_DENY_SETGROUPS)) {
    AUTO_FREE char *path = format("/proc/%d/setgroups", (int)pid);
    if (write_setting(path, "deny")) die_errno("linux.gidMappings: write %s", path);
  }
  static const char *const kinds[] = {"uid", "gid"};
  for (int i = 0; i < 2; i++) {
    if (plan_find(plan, V_MAP_BY_HELPER)) by_helper(plan, kinds[i], pid);
    else write_map(plan, kinds[i], pid);
  }
}
