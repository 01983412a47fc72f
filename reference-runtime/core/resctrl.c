#include "resctrl.h"

#include <errno.h>
#include <sys/stat.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"

void resctrl_make(const struct container *c) {
  EACH(&c->plan, RESCTRL, s) {
    const char *directory = s->text[RESCTRL_DIRECTORY];
    if (s->number[RESCTRL_OWN]) container_note(c, MADE_RESCTRL, directory);
    if (mkdir(directory, 0755) && errno != EEXIST) die_errno("%s: mkdir %s", s->from, directory);
  }
  EACH(&c->plan, RESCTRL_WRITE, s) {
    AUTO_FREE char *path = format("%s/%s", s->text[RESCTRL_WRITE_DIRECTORY], s->text[RESCTRL_WRITE_FILE]);
    if (write_setting(path, s->text[RESCTRL_WRITE_VALUE])) die_errno("%s: write %s", s->from, path);
  }
}

void resctrl_join(const struct plan *plan, pid_t pid) {
  EACH(plan, RESCTRL_JOIN, s) {
    AUTO_FREE char *path = format("%s/tasks", s->text[ONLY]), *text = format("%d", (int)pid);
    if (write_setting(path, text)) die_errno("%s: write %s", s->from, path);
  }
}
