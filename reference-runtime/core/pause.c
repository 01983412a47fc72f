#include "pause.h"

#include <unistd.h>

#include "c/buf.h"
#include "c/clock.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "status.h"

enum { FREEZE_MS = 10000 };

void container_freeze(const struct container *c, bool freeze) {
  enum status status = container_status(c);
  bool fits = freeze ? status == RUNNING || status == CREATED : status == PAUSED;
  if (!fits) die("container \"%s\" is %s, not %s", c->id, status_name(status), freeze ? "running" : "paused");
  const struct step *freezer = plan_find(&c->plan, V_FREEZER);
  if (!freezer) die("container \"%s\" cannot be paused: its config gives it no cgroup (linux.cgroupsPath)", c->id);
  AUTO_FREE char *path = format("%s/%s", freezer->text[FREEZER_DIRECTORY], freezer->text[FREEZER_FILE]);
  const char *value = freezer->text[freeze ? FREEZER_FROZEN : FREEZER_THAWED];
  if (write_setting(path, value)) die_errno("write %s to %s", value, path);
  /* v1 freezes in its own time. */
  for (int64_t deadline = now_ms() + FREEZE_MS; container_frozen(c) != freeze; usleep(1000))
    if (now_ms() > deadline) die("%s does not become %s", path, value);
}
