#include "update.h"

#include <string.h>

#include "c/buf.h"
#include "c/memory.h"
#include "cgroup.h"
#include "cgroup_members.h"
#include "die.h"
#include "front.h"
#include "status.h"

void container_update(const struct container *c, const char *resources) {
  enum status status = container_status(c);
  if (status == STOPPED || status == CREATING) die("container not running: \"%s\" is %s", c->id, status_name(status));
  const struct step *group = plan_find(&c->plan, V_CGROUP);
  const char *path = group ? group->text[CGROUP_DIRECTORY] + strlen(group->text[CGROUP_MOUNT]) : "";
  const char *const args[] = {"update", resources, c->id, path, NULL};
  struct buf text = {0};
  front_ask(args, &text);
  struct plan plan;
  size_t length = text.len;
  char *wrong = plan_parse(&plan, buf_take(&text), length);
  if (wrong) die("%s", wrong);
  cgroups_make(c, &plan);
  size_t count;
  AUTO_FREE pid_t *pids = container_processes(c, &count);
  for (size_t i = 0; i < count; i++) cgroups_enter(&plan, pids[i]);
}
