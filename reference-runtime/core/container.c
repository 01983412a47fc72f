#include "container.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"
#include "fault.h"
#include "proc.h"

bool id_is_valid(const char *id) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
  if (!*id || strlen(id) > 255 || !strcmp(id, ".") || !strcmp(id, "..")) return false;
  return id[strspn(id, plain)] == 0;
}

static void need_valid(const char *id) {
  if (!id_is_valid(id)) die("the container id \"%s\" is invalid: it has letters, digits, and _ + - . only", id);
}

static int open_dir(const char *path) { return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW); }

static void lock(const struct container *c) {
  while (flock(c->dir, LOCK_EX))
    if (errno != EINTR) die_errno("lock %s", c->path);
}

/* Whether another operation holds the lock. */
static bool is_locked(const struct container *c) {
  if (flock(c->dir, LOCK_SH | LOCK_NB)) {
    if (errno == EWOULDBLOCK) return true;
    die_errno("try the lock of %s", c->path);
  }
  flock(c->dir, LOCK_UN);
  return false;
}

void container_make(struct container *c, const char *root, const char *id) {
  need_valid(id);
  if (mkdir_p(root, 0711)) die_errno("--root: mkdir %s", root);
  *c = (struct container){.id = id, .path = format("%s/%s", root, id)};
  if (mkdir(c->path, 0700)) {
    if (errno == EEXIST) die("a container with the id \"%s\" exists already", id);
    die_errno("mkdir %s", c->path);
  }
  c->dir = open_dir(c->path);
  if (c->dir < 0) die_errno("open %s", c->path);
  lock(c);
}

static void read_record(struct container *c) {
  AUTO_BUF struct buf record = {0};
  int created = 0;
  if (read_file_at(c->dir, "record", &record)) {
    if (errno != ENOENT) die_errno("read %s/record", c->path);
    return;
  }
  if (sscanf(record.data, "%d %llu %d", &c->pid, &c->start_time, &created) != 3) c->pid = 0;
  c->created = created == 1;
}

bool container_open(struct container *c, const char *root, const char *id, bool exclusive) {
  *c = (struct container){.id = id, .dir = -1};
  if (!id_is_valid(id)) return false;
  c->path = format("%s/%s", root, id);
  c->dir = open_dir(c->path);
  if (c->dir < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    die_errno("open %s", c->path);
  }
  if (exclusive) lock(c);
  else c->busy = is_locked(c);
  /* Whoever held the lock may have deleted the container. */
  struct stat st;
  if (fstat(c->dir, &st)) die_errno("stat %s", c->path);
  if (st.st_nlink == 0) {
    close(c->dir);
    c->dir = -1;
    return false;
  }
  read_record(c);
  return true;
}

void container_need(struct container *c, const char *root, const char *id, bool exclusive) {
  need_valid(id);
  if (!container_open(c, root, id, exclusive)) die("container \"%s\" does not exist", id);
}

/* Puts a file into the directory that is there whole or not at all, even after a crash: written beside, synced, renamed. */
static void replace(const struct container *c, const char *name, const char *text, size_t length) {
  AUTO_FREE char *beside = format("%s.new", name);
  AUTO_CLOSE int fd = openat(c->dir, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) die_errno("create %s/%s", c->path, beside);
  if (write_all(fd, text, length)) die_errno("write %s/%s", c->path, beside);
  if (fsync(fd)) die_errno("sync %s/%s", c->path, beside);
  if (renameat(c->dir, beside, c->dir, name)) die_errno("rename %s/%s to %s", c->path, beside, name);
}

void container_save_plan(const struct container *c, const char *text, size_t length) { replace(c, "plan", text, length); }

void container_load_plan(struct container *c) {
  struct buf text = {0};
  if (read_file_at(c->dir, "plan", &text)) {
    if (errno == ENOENT) return;
    die_errno("read %s/plan", c->path);
  }
  size_t length = text.len;
  char *wrong = plan_parse(&c->plan, buf_take(&text), length);
  if (wrong) die("%s/plan: %s", c->path, wrong);
  const struct step *seeded = plan_find(&c->plan, V_FAULT);
  if (seeded) fault_seed_default(seeded->text[ONLY]);
}

void container_record(struct container *c, pid_t pid, bool created) {
  c->pid = pid;
  c->start_time = process_start_time(pid);
  c->created = created;
  AUTO_FREE char *text = format("%d %llu %d\n", (int)pid, c->start_time, created);
  replace(c, "record", text, strlen(text));
}

void container_note(const struct container *c, const char *kind, const char *path) {
  AUTO_FREE char *line = format("%s %s\n", kind, path);
  AUTO_CLOSE int fd = openat(c->dir, "made", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) die_errno("open %s/made", c->path);
  if (write_all(fd, line, strlen(line))) die_errno("write %s/made", c->path);
}

void container_noted(const struct container *c, void (*undo)(const struct container *, const char *, const char *)) {
  AUTO_BUF struct buf text = {0};
  if (read_file_at(c->dir, "made", &text)) {
    if (errno != ENOENT) warn("read %s/made: %s", c->path, strerror(errno));
    return;
  }
  while (text.len > 0) {
    while (text.len > 0 && text.data[text.len - 1] == '\n') text.data[--text.len] = 0;
    char *line = strrchr(text.data, '\n');
    line = line ? line + 1 : text.data;
    char *space = strchr(line, ' ');
    if (space) {
      *space = 0;
      undo(c, line, space + 1);
    }
    text.len = (size_t)(line - text.data);
    text.data[text.len] = 0;
  }
}

void container_forget(const struct container *c) {
  static const char *const files[] = {"made", "record.new", "plan.new", "start", "plan", "record"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (unlinkat(c->dir, files[i], 0) && errno != ENOENT) warn("remove %s/%s: %s", c->path, files[i], strerror(errno));
  if (rmdir(c->path) && errno != ENOENT) warn("rmdir %s: %s", c->path, strerror(errno));
}
