#include "status.h"

#include <fcntl.h>
#include <string.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "fault.h"
#include "proc.h"
#include "start_socket.h"

bool container_frozen(const struct container *c) {
  const struct step *freezer = plan_find(&c->plan, V_FREEZER);
  if (!freezer) return false;
  const char *frozen = freezer->text[FREEZER_FROZEN];
  AUTO_FREE char *path = format("%s/%s", freezer->text[FREEZER_DIRECTORY], freezer->text[FREEZER_FILE]);
  AUTO_BUF struct buf value = {0};
  return read_file_at(AT_FDCWD, path, &value) == 0 && !strncmp(value.data, frozen, strlen(frozen));
}

enum status container_status(const struct container *c) {
  if (c->pid == 0) return c->busy ? CREATING : STOPPED;
  unsigned long long started = process_start_time(c->pid);
  if (started == 0 || started != c->start_time) return STOPPED;
  if (!c->created) return c->busy ? CREATING : STOPPED;
  AUTO_CLOSE int waiting = start_connect(c);
  if (waiting >= 0) return CREATED;
  return container_frozen(c) ? PAUSED : RUNNING;
}

const char *status_name(enum status status) {
  static const char *const names[] = {"creating", "created", "running", "paused", "stopped"};
  return names[status];
}

/* What a fault makes of the true status. */
static enum status faulty(enum status status) {
  if (fault("state-always-running") && status == CREATED) return RUNNING;
  if (fault("state-never-running") && status == RUNNING) return CREATED;
  if (fault("state-never-stopped") && status == STOPPED) return CREATED;
  return status;
}

char *state_json(const struct container *c, enum status status, pid_t pid) {
  const struct step *members = plan_find(&c->plan, V_STATE);
  const char *id = fault("state-of-another-id") ? "another" : c->id;
  struct buf out = {0};
  buf_str(&out, "{\"id\":");
  buf_json(&out, id, strlen(id));
  buf_fmt(&out, ",\"status\":\"%s\"", status_name(faulty(status)));
  if (pid > 0 && !fault("state-without-pid")) buf_fmt(&out, ",\"pid\":%d", (int)pid);
  if (members && *members->text[ONLY]) buf_fmt(&out, ",%s", members->text[ONLY]);
  buf_str(&out, "}\n");
  return buf_take(&out);
}
