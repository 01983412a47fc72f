#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "kernel.h"
#include "mounts.h"
#include "paths.h"

enum { MAX_PREPARED = 4096 };
static int prepared[MAX_PREPARED];
static size_t prepared_count;

static void keep(struct step *s, int fd) {
  if (prepared_count == MAX_PREPARED) die("%s: too many mounts", s->from);
  prepared[prepared_count++] = fd;
  s->prepared = prepared_count;
}

/* Writes `container:host:size,…` as an id map. */
static int write_map(pid_t pid, const char *file, const char *list) {
  AUTO_FREE char *text = xstrdup(list);
  for (char *c = text; *c; c++) *c = *c == ',' ? '\n' : *c == ':' ? ' ' : *c;
  AUTO_FREE char *path = format("/proc/%d/%s", (int)pid, file);
  return write_setting(path, text);
}

/* A user namespace that only carries maps: of a process that lives until its namespace is open. */
static int mapping_namespace(const struct step *s) {
  if (*s->text[2] == '/') return open(s->text[2], O_RDONLY | O_CLOEXEC);
  int hold[2], ready[2];
  if (pipe2(hold, O_CLOEXEC) || pipe2(ready, O_CLOEXEC)) die_errno("%s: pipe", s->from);
  pid_t pid = fork();
  if (pid < 0) die_errno("%s: fork", s->from);
  char byte = 0;
  if (pid == 0) {
    close(hold[1]);
    if (unshare(CLONE_NEWUSER)) _exit(1);
    (void)!write(ready[1], "r", 1);
    (void)!read(hold[0], &byte, 1);
    _exit(0);
  }
  close(ready[1]);
  bool made = read(ready[0], &byte, 1) == 1;
  AUTO_FREE char *path = format("/proc/%d/ns/user", (int)pid);
  if (!made || write_map(pid, "uid_map", s->text[2]) || write_map(pid, "gid_map", s->text[3]))
    die_errno("%s: make a user namespace for the id map", s->from);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die_errno("%s: open %s", s->from, path);
  close(hold[0]);
  close(hold[1]);
  close(ready[0]);
  waitpid(pid, NULL, 0);
  return fd;
}

/* The step of an id map that belongs to the mount of step `s`: the next one, for the same destination. */
static struct step *idmap_of(const struct plan *plan, struct step *s) {
  struct step *next = s + 1;
  const char *destination = s->verb == V_BIND ? s->text[1] : s->text[2];
  return next < plan->steps + plan->count && next->verb == V_IDMAP && !strcmp(next->text[0], destination) ? next : NULL;
}

static unsigned attributes_of(int64_t flags) {
  static const struct {
    unsigned long flag;
    unsigned attribute;
  } table[] = {{MS_RDONLY, MOUNT_ATTR_RDONLY},         {MS_NOSUID, MOUNT_ATTR_NOSUID},   {MS_NODEV, MOUNT_ATTR_NODEV},
               {MS_NOEXEC, MOUNT_ATTR_NOEXEC},         {MS_NOATIME, MOUNT_ATTR_NOATIME}, {MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
               {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME}, {256, MOUNT_ATTR_NOSYMFOLLOW}};
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

/* A file system that is not mounted anywhere yet, by the calls that can do that. */
static int detached_mount(const struct step *s) {
  AUTO_CLOSE int fs = sys_fsopen(s->text[0], FSOPEN_CLOEXEC);
  if (fs < 0) die_errno("%s: fsopen %s", s->from, s->text[0]);
  if (*s->text[1] && sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", s->text[1], 0))
    die_errno("%s: set the source %s", s->from, s->text[1]);
  AUTO_FREE char *data = xstrdup(s->text[4]);
  for (char *option, *rest = data; (option = next_option(&rest));) {
    if (!*option) continue;
    char *equals = strchr(option, '=');
    if (equals) *equals = 0;
    if (sys_fsconfig(fs, equals ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, option, equals ? equals + 1 : NULL, 0))
      die_errno("%s: set the option %s%s%s", s->from, option, equals ? "=" : "", equals ? equals + 1 : "");
  }
  if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) die_errno("%s: create the %s file system", s->from, s->text[0]);
  int fd = sys_fsmount(fs, FSMOUNT_CLOEXEC, attributes_of(s->number[3]));
  if (fd < 0) die_errno("%s: fsmount %s", s->from, s->text[0]);
  return fd;
}

static void apply_idmap(const struct step *s, int tree) {
  AUTO_CLOSE int namespace = mapping_namespace(s);
  if (namespace < 0) die_errno("%s: open the user namespace %s", s->from, s->text[2]);
  struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)namespace};
  if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | (s->number[1] ? AT_RECURSIVE : 0), &attr))
    die_errno("%s: map the ids of the mount on %s", s->from, s->text[0]);
}

static int clone_tree(const struct step *s, const struct plan *plan) {
  const struct step *root = plan_find(plan, V_ROOT);
  int tree = sys_open_tree(AT_FDCWD, s->text[0], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (s->number[2] ? AT_RECURSIVE : 0));
  if (tree < 0) die_errno("%s: open the source %s", s->from, s->text[0]);
  if (root && root->number[1]) {
    /* What is mounted below it in the container does not come to the host. */
    struct mount_attr attr = {.propagation = MS_SLAVE};
    if (sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr))
      die_errno("%s: keep mounts below %s in the container", s->from, s->text[0]);
  }
  return tree;
}

/* The node that this mount namespace has in a device's place, if it is that device; -1 if not. */
static int open_device(const struct step *s) {
  int node = sys_open_tree(AT_FDCWD, s->text[0], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  struct stat st;
  if (node < 0 || fstat(node, &st)) return -1;
  char type = S_ISCHR(st.st_mode) ? 'c' : S_ISBLK(st.st_mode) ? 'b' : 0;
  if (type == *s->text[1] && major(st.st_rdev) == (unsigned)s->number[2] && minor(st.st_rdev) == (unsigned)s->number[3]) return node;
  close(node);
  return -1;
}

int mounts_host_device(const struct step *s) {
  int node = mounts_prepared(s);
  return node < 0 && s->number[7] ? open_device(s) : node;
}

/* Whether the container's process could not open the host's devices by itself, or not with the rights that it takes. */
static bool devices_out_of_reach(const struct plan *plan) {
  return plan_find_named(plan, V_NAMESPACE, "user") || plan_find_named(plan, V_JOIN, "user") || plan_find_named(plan, V_JOIN, "mnt");
}

void mounts_prepare(struct plan *plan) {
  static bool done;
  if (done) return;
  done = true;
  for (struct step *s = plan->steps; s < plan->steps + plan->count; s++) {
    if (s->verb == V_DEVICE && s->number[7] && devices_out_of_reach(plan)) {
      int node = open_device(s);
      if (node >= 0) keep(s, node);
    }
    if (s->verb != V_BIND && s->verb != V_MOUNT) continue;
    struct step *map = idmap_of(plan, s);
    if (s->verb == V_MOUNT && !map) continue;
    int tree = s->verb == V_BIND ? clone_tree(s, plan) : detached_mount(s);
    if (map) apply_idmap(map, tree);
    keep(s, tree);
  }
}

static int attach(const struct step *s, int tree, int target) {
  return sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
             ? (die_errno("%s: attach the mount", s->from), -1)
             : 0;
}

int mounts_prepared(const struct step *s) { return s->prepared ? prepared[s->prepared - 1] : -1; }

static void copy_entry(int from, int to, const char *name, const struct step *s);

static void copy_directory(int from, int to, const struct step *s) {
  int again = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = again < 0 ? NULL : fdopendir(again);
  if (!dir) die_errno("%s: read the directory to copy", s->from);
  for (struct dirent *e; (e = readdir(dir));)
    if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) copy_entry(from, to, e->d_name, s);
  closedir(dir);
}

static void copy_entry(int from, int to, const char *name, const struct step *s) {
  struct stat st;
  if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW)) die_errno("%s: copy %s", s->from, name);
  if (S_ISLNK(st.st_mode)) {
    char target[4096];
    ssize_t length = readlinkat(from, name, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = 0;
    if (length < 0 || symlinkat(target, to, name)) die_errno("%s: copy %s", s->from, name);
  } else if (S_ISDIR(st.st_mode)) {
    if (mkdirat(to, name, 0700)) die_errno("%s: copy %s", s->from, name);
    AUTO_CLOSE int below = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_CLOSE int made = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0 || made < 0) die_errno("%s: copy %s", s->from, name);
    copy_directory(below, made, s);
  } else if (S_ISREG(st.st_mode)) {
    struct buf content = {0};
    AUTO_CLOSE int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    AUTO_CLOSE int made = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (source < 0 || made < 0 || read_all(source, &content) || write_all(made, content.data, content.len))
      die_errno("%s: copy %s", s->from, name);
    free(content.data);
  } else if (mknodat(to, name, st.st_mode, st.st_rdev)) {
    die_errno("%s: copy %s", s->from, name);
  }
  if (fchownat(to, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) || (!S_ISLNK(st.st_mode) && fchmodat(to, name, st.st_mode & 07777, 0)))
    die_errno("%s: copy %s", s->from, name);
}

static void mount_step(const struct plan *plan, const struct step *s, int root) {
  AUTO_CLOSE int target = make_in_root(root, s->text[2], true, s->from);
  int tree = mounts_prepared(s);
  if (tree >= 0) attach(s, tree, target);
  else if (mount(s->text[1], fd_path(target), s->text[0], (unsigned long)s->number[3], s->text[4]))
    die_errno("%s: mount %s on %s", s->from, s->text[0], s->text[2]);
  const struct step *next = s + 1;
  if (next >= plan->steps + plan->count || next->verb != V_COPY_UP) return;
  AUTO_CLOSE int from = openat(target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  AUTO_CLOSE int mounted = in_root(root, s->text[2]);
  AUTO_CLOSE int to = mounted < 0 ? -1 : openat(mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (from < 0 || to < 0) die_errno("%s: open %s", s->from, s->text[2]);
  copy_directory(from, to, next);
}

static void bind_step(const struct step *s, int root) {
  int tree = mounts_prepared(s);
  struct stat st;
  if (fstat(tree, &st)) die_errno("%s: stat %s", s->from, s->text[0]);
  AUTO_CLOSE int target = make_in_root(root, s->text[1], S_ISDIR(st.st_mode), s->from);
  attach(s, tree, target);
}

static int mounted(const struct step *s, int root) {
  int fd = in_root(root, s->text[0]);
  if (fd < 0) die_errno("%s: open %s in the root", s->from, s->text[0]);
  return fd;
}

void mounts_make(const struct plan *plan, int root) {
  for (const struct step *s = plan->steps; s < plan->steps + plan->count; s++) {
    if (s->verb == V_MOUNT) mount_step(plan, s, root);
    else if (s->verb == V_BIND) bind_step(s, root);
    else if (s->verb == V_REMOUNT) {
      AUTO_CLOSE int target = mounted(s, root);
      if (mount(NULL, fd_path(target), NULL, MS_REMOUNT | (unsigned long)s->number[1], s->text[2]))
        die_errno("%s: remount %s", s->from, s->text[0]);
    } else if (s->verb == V_MOUNT_ATTRIBUTES) {
      AUTO_CLOSE int target = mounted(s, root);
      struct mount_attr attr = {.attr_set = (uint64_t)s->number[2], .attr_clr = (uint64_t)s->number[3]};
      if (sys_mount_setattr(target, "", AT_EMPTY_PATH | (s->number[1] ? AT_RECURSIVE : 0), &attr))
        die_errno("%s: change the attributes of %s", s->from, s->text[0]);
    } else if (s->verb == V_PROPAGATE) {
      AUTO_CLOSE int target = mounted(s, root);
      if (mount(NULL, fd_path(target), NULL, (unsigned long)s->number[1], NULL))
        die_errno("%s: change the propagation of %s", s->from, s->text[0]);
    }
  }
}
