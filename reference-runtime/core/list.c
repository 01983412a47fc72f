#include "list.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "cgroup_members.h"
#include "die.h"
#include "status.h"

void print(const char *text) {
  if (write_all(STDOUT_FILENO, text, strlen(text))) die_errno("write to standard output");
}

/* Appends one container; those before it are in the buffer. */
static void add_container(struct buf *out, struct container *c, enum list_form form) {
  container_load_plan(c);
  enum status status = container_status(c);
  pid_t pid = status == STOPPED ? 0 : c->pid;
  if (form == LIST_TABLE) buf_fmt(out, "%-24s %-8d %s\n", c->id, (int)pid, status_name(status));
  if (form == LIST_IDS) buf_fmt(out, "%s\n", c->id);
  if (form != LIST_JSON) return;
  AUTO_FREE char *state = state_json(c, status, pid);
  buf_fmt(out, "%s%.*s", out->len > 1 ? "," : "", (int)strlen(state) - 1, state);
}

void containers_list(const char *root, enum list_form form) {
  AUTO_BUF struct buf out = {0};
  if (form == LIST_JSON) buf_str(&out, "[");
  if (form == LIST_TABLE) buf_fmt(&out, "%-24s %-8s %s\n", "ID", "PID", "STATUS");
  DIR *dir = opendir(root);
  if (!dir && errno != ENOENT) die_errno("--root: read %s", root);
  for (struct dirent *e; dir && (e = readdir(dir));) {
    struct container c;
    if (e->d_name[0] != '.' && container_open(&c, root, e->d_name, false)) add_container(&out, &c, form);
  }
  if (dir) closedir(dir);
  buf_str(&out, form == LIST_JSON ? "]\n" : "");
  print(out.data);
}

void container_ps(const struct container *c, bool json) {
  size_t count;
  AUTO_FREE pid_t *pids = container_processes(c, &count);
  AUTO_BUF struct buf out = {0};
  buf_str(&out, json ? "[" : "PID\n");
  for (size_t i = 0; i < count; i++) {
    if (json) buf_fmt(&out, "%s%d", i ? "," : "", (int)pids[i]);
    else buf_fmt(&out, "%d\n", (int)pids[i]);
  }
  buf_str(&out, json ? "]\n" : "");
  print(out.data);
}
