#include "mounts_open.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>

#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "host_device.h"
#include "idmap_namespace.h"
#include "kernel.h"

/* Attributes of a mount for mount(2)'s flags. */
static unsigned attributes_of(int64_t flags) {
  static const struct {
    unsigned long flag;
    unsigned attribute;
  } table[] = {{MS_RDONLY, MOUNT_ATTR_RDONLY},         {MS_NOSUID, MOUNT_ATTR_NOSUID},          {MS_NODEV, MOUNT_ATTR_NODEV},
               {MS_NOEXEC, MOUNT_ATTR_NOEXEC},         {MS_NOATIME, MOUNT_ATTR_NOATIME},        {MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
               {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME}, {MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW}};
  unsigned out = 0;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if ((unsigned long)flags & table[i].flag) out |= table[i].attribute;
  return out;
}

/*
 * The next of the options that commas part, or NULL. The value of a security module's (`context=`, `rootcontext=`, …) may have commas in
 * quotes, which are taken away: mount(2) does that, fsconfig(2) does not.
 */
static char *next_option(char **rest) {
  char *in = *rest, *option = in, *out = in;
  if (!*in) return NULL;
  const char *equals = in + strcspn(in, "=,");
  bool security = equals - in >= 7 && !strncmp(equals - 7, "context=", 8);
  for (bool quoted = false; *in && (quoted || *in != ','); in++) {
    if (*in == '"' && security) quoted = !quoted;
    else *out++ = *in;
  }
  *rest = *in ? in + 1 : in;
  *out = 0;
  return option;
}

static void set_option(const struct step *s, int fs, char *option) {
  char *equals = strchr(option, '=');
  if (equals) *equals = 0;
  const char *value = equals ? equals + 1 : NULL;
  if (sys_fsconfig(fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, option, value, 0))
    die_errno("%s: set the option %s%s%s", s->from, option, value ? "=" : "", value ? value : "");
}

/* A file system that is not mounted anywhere yet, by the calls that can do that. */
static int detached_mount(const struct step *s) {
  const char *type = s->text[MOUNT_TYPE], *source = s->text[MOUNT_SOURCE];
  AUTO_CLOSE int fs = sys_fsopen(type, FSOPEN_CLOEXEC);
  if (fs < 0) die_errno("%s: fsopen %s", s->from, type);
  if (*source && sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", source, 0)) die_errno("%s: set the source %s", s->from, source);
  AUTO_FREE char *data = xstrdup(s->text[MOUNT_DATA]);
  for (char *option, *rest = data; (option = next_option(&rest));)
    if (*option) set_option(s, fs, option);
  if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) die_errno("%s: create the %s file system", s->from, type);
  int fd = sys_fsmount(fs, FSMOUNT_CLOEXEC, attributes_of(s->number[MOUNT_FLAGS]));
  if (fd < 0) die_errno("%s: fsmount %s", s->from, type);
  return fd;
}

static void apply_idmap(const struct step *s, int tree) {
  AUTO_CLOSE int namespace = idmap_namespace(s);
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)namespace};
  if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | (s->number[IDMAP_RECURSIVE] ? AT_RECURSIVE : 0), &attr))
    die_errno("%s: map the ids of the mount on %s", s->from, s->text[IDMAP_DESTINATION]);
}

static int clone_tree(const struct plan *plan, const struct step *s) {
  const struct step *root = plan_find(plan, V_ROOT);
  const char *source = s->text[BIND_SOURCE];
  unsigned recursive = s->number[BIND_RECURSIVE] ? AT_RECURSIVE : 0;
  int tree = sys_open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
  if (tree < 0) die_errno("%s: open the source %s", s->from, source);
  if (root && root->number[ROOT_PROPAGATION]) {
    /* What is mounted below it in the container does not come to the host. */
    struct mount_attr attr = {.propagation = MS_SLAVE};
    if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
      die_errno("%s: keep mounts below %s in the container", s->from, source);
  }
  return tree;
}

/* A bind mount, or a file system if its ids are to be mapped; the id map follows the mount, for the same destination. */
static int open_mount(const struct plan *plan, const struct step *s) {
  const struct step *map = plan_next(plan, s, V_IDMAP);
  const char *destination = s->verb == V_BIND ? s->text[BIND_DESTINATION] : s->text[MOUNT_DESTINATION];
  if (map && strcmp(map->text[IDMAP_DESTINATION], destination)) map = NULL;
  if (s->verb == V_MOUNT && !map) return -1;
  int tree = s->verb == V_BIND ? clone_tree(plan, s) : detached_mount(s);
  if (map) apply_idmap(map, tree);
  return tree;
}

/* Whether init could not open the host's devices by itself, or not with the rights that it takes. */
static bool devices_out_of_reach(const struct plan *plan) {
  return plan_has_namespace(plan, "user") || plan_find_named(plan, V_JOIN, "mnt");
}

void mounts_open(struct plan *plan) {
  if (plan->mounts_opened) return;
  plan->mounts_opened = true;
  bool early = devices_out_of_reach(plan);
  for (struct step *s = plan->steps; s < plan->steps + plan->count; s++) {
    if (s->verb == V_DEVICE && s->number[DEVICE_FALLBACK] != DEVICE_FALLBACK_NONE && early) s->mount = host_device(s);
    if (s->verb == V_BIND || s->verb == V_MOUNT) s->mount = open_mount(plan, s);
  }
}
