#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"

/* Directories from the mount's root down to the cgroup, the mount itself excluded: calls for each, outermost first. */
static void each_level(const char *directory, const char *mount, void (*visit)(const char *path, const char *parent, const void *context),
                       const void *context) {
  size_t top = strlen(mount);
  if (strncmp(directory, mount, top)) die("cgroup %s is not below %s", directory, mount);
  for (size_t i = top + 1; i <= strlen(directory); i++) {
    if (directory[i] != '/' && directory[i] != 0) continue;
    AUTO_FREE char *path = format("%.*s", (int)i, directory);
    AUTO_FREE char *parent = format("%.*s", (int)(strrchr(path, '/') - path), path);
    visit(path, parent, context);
  }
}

struct making {
  const struct container *container;
  const struct step *step;
};

static void make_level(const char *path, const char *parent, const void *context) {
  const struct making *making = context;
  (void)parent;
  if (access(path, F_OK) == 0) return;
  container_note(making->container, MADE_CGROUP, path);
  if (mkdir(path, 0755) && errno != EEXIST) die_errno("%s: mkdir %s", making->step->from, path);
}

static void enable_level(const char *path, const char *parent, const void *context) {
  const struct step *s = context;
  (void)path;
  AUTO_FREE char *file = format("%s/cgroup.subtree_control", parent);
  const char *controller = s->text[CGROUP_ENABLE_CONTROLLER];
  AUTO_FREE char *command = format("+%s", controller);
  AUTO_BUF struct buf enabled = {0};
  if (read_file_at(AT_FDCWD, file, &enabled)) die_errno("%s: read %s", s->from, file);
  bool there = false;
  for (char *save, *word = strtok_r(enabled.data, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
    there |= !strcmp(word, controller);
  if (!there && write_setting(file, command)) die_errno("%s: enable the %s controller in %s", s->from, controller, file);
}

static void inherit_level(const char *path, const char *parent, const void *context) {
  const struct step *s = context;
  static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
  for (int i = 0; i < 2; i++) {
    AUTO_FREE char *own = format("%s/%s", path, files[i]), *above = format("%s/%s", parent, files[i]);
    AUTO_BUF struct buf mine = {0}, theirs = {0};
    if (read_file_at(AT_FDCWD, own, &mine)) die_errno("%s: read %s", s->from, own);
    if (mine.data[strspn(mine.data, " \n")] != 0) continue;
    if (read_file_at(AT_FDCWD, above, &theirs)) die_errno("%s: read %s", s->from, above);
    if (write_setting(own, theirs.data)) die_errno("%s: write %s", s->from, own);
  }
}

/* The part of `a|b|c` with that index; the last one if there are fewer. */
static char *alternative(const char *text, size_t index, bool *last) {
  for (;; index--) {
    const char *bar = strchr(text, '|');
    *last = !bar;
    if (index == 0 || !bar) return bar ? format("%.*s", (int)(bar - text), text) : xstrdup(text);
    text = bar + 1;
  }
}

/* Writes a limit. Where a file is called differently on other kernels, `a|b` with a value each, the first that is there is taken. */
static void write_limit(const struct step *s) {
  const char *files = s->text[CGROUP_WRITE_FILE], *values = s->text[CGROUP_WRITE_VALUE];
  bool choice = strchr(files, '|') != NULL, last = false;
  for (size_t i = 0; !last; i++) {
    AUTO_FREE char *file = choice ? alternative(files, i, &last) : xstrdup(files);
    bool ignored;
    AUTO_FREE char *value = choice ? alternative(values, i, &ignored) : xstrdup(values);
    if (!choice) last = true;
    if (!*file) return;
    AUTO_FREE char *path = format("%s/%s", s->text[CGROUP_WRITE_DIRECTORY], file);
    if (!last && access(path, F_OK)) continue;
    if (write_setting(path, value)) die_errno("%s: write \"%s\" to %s", s->from, value, path);
    return;
  }
}

static void attach_device_program(const struct step *s) {
  size_t length;
  const char *directory = s->text[DEVICE_PROGRAM_DIRECTORY];
  AUTO_FREE void *instructions = unhex(s->text[DEVICE_PROGRAM_INSTRUCTIONS], &length);
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                         .insn_cnt = (uint32_t)(length / 8),
                         .insns = (uintptr_t)instructions,
                         .license = (uintptr_t)"Apache-2.0"};
  AUTO_CLOSE int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
  if (program < 0) die_errno("%s: load the device program", s->from);
  AUTO_CLOSE int group = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (group < 0) die_errno("%s: open %s", s->from, directory);
  /* Without flags an earlier program is replaced. */
  union bpf_attr attach = {.target_fd = (uint32_t)group, .attach_bpf_fd = (uint32_t)program, .attach_type = BPF_CGROUP_DEVICE};
  if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach)) die_errno("%s: attach the device program to %s", s->from, directory);
}

static void give_away(const struct step *s) {
  static const char *const files[] = {"", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    AUTO_FREE char *path = format("%s%s", s->text[CGROUP_OWNER_DIRECTORY], files[i]);
    if (chown(path, (uid_t)s->number[CGROUP_OWNER_UID], (gid_t)s->number[CGROUP_OWNER_GID]) && errno != ENOENT)
      die_errno("%s: chown %s", s->from, path);
  }
}

void cgroups_make(const struct container *c, const struct plan *plan) {
  EACH(plan, CGROUP, s) {
    struct making making = {c, s};
    each_level(s->text[CGROUP_DIRECTORY], s->text[CGROUP_MOUNT], make_level, &making);
  }
  EACH(plan, CGROUP_ENABLE, s) each_level(s->text[CGROUP_ENABLE_DIRECTORY], s->text[CGROUP_ENABLE_MOUNT], enable_level, s);
  EACH(plan, CPUSET_INHERIT, s) each_level(s->text[CPUSET_INHERIT_DIRECTORY], s->text[CPUSET_INHERIT_MOUNT], inherit_level, s);
  EACH(plan, CGROUP_WRITE, s) write_limit(s);
  EACH(plan, DEVICE_PROGRAM, s) attach_device_program(s);
  EACH(plan, CGROUP_OWNER, s) give_away(s);
}
