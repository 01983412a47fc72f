#include "state.h"

#include <dirent.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

const char *state_root = "/run/oci-ref";

bool id_is_valid(const char *id) {
  if (!*id || strlen(id) > 255 || !strcmp(id, ".") || !strcmp(id, "..")) return false;
  for (const char *c = id; *c; c++)
    if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("_+-.", *c))) return false;
  return true;
}

static void need_valid(const char *id) {
  if (!id_is_valid(id)) die("the container id \"%s\" is invalid: it has letters, digits, and _ + - . only", id);
}

static int open_dir(const char *path) { return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW); }

static void lock(int fd, int how) {
  while (flock(fd, how))
    if (errno != EINTR) die_errno("lock the container");
}

void container_make(struct container *c, const char *id) {
  need_valid(id);
  if (mkdir_p(state_root, 0711)) die_errno("--root %s: mkdir", state_root);
  *c = (struct container){.id = id, .path = format("%s/%s", state_root, id)};
  if (mkdir(c->path, 0700)) {
    if (errno == EEXIST) die("a container with the id \"%s\" exists already", id);
    die_errno("mkdir %s", c->path);
  }
  c->dir = open_dir(c->path);
  if (c->dir < 0) die_errno("open %s", c->path);
  lock(c->dir, LOCK_EX);
}

static void read_record(struct container *c) {
  struct buf record = {0};
  int created = 0;
  if (read_file_at(c->dir, "record", &record) == 0 && sscanf(record.data, "%d %llu %d", &c->pid, &c->start_time, &created) != 3) c->pid = 0;
  c->created = created == 1;
  free(record.data);
}

bool container_open(struct container *c, const char *id, bool exclusive) {
  *c = (struct container){.id = id, .dir = -1};
  if (!id_is_valid(id)) return false;
  c->path = format("%s/%s", state_root, id);
  c->dir = open_dir(c->path);
  if (c->dir < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    die_errno("open %s", c->path);
  }
  if (exclusive) lock(c->dir, LOCK_EX);
  else if (flock(c->dir, LOCK_SH | LOCK_NB)) c->busy = errno == EWOULDBLOCK;
  else flock(c->dir, LOCK_UN);
  /* Whoever held the lock may have deleted the container. */
  struct stat st;
  if (fstat(c->dir, &st) || st.st_nlink == 0) {
    close(c->dir);
    c->dir = -1;
    return false;
  }
  read_record(c);
  return true;
}

void container_need(struct container *c, const char *id, bool exclusive) {
  need_valid(id);
  if (!container_open(c, id, exclusive)) die("container \"%s\" does not exist", id);
}

void container_load_plan(struct container *c) {
  struct buf text = {0};
  if (read_file_at(c->dir, "plan", &text)) {
    if (errno == ENOENT) return;
    die_errno("%s/plan", c->path);
  }
  size_t length = text.len;
  char *wrong = plan_parse(&c->plan, buf_take(&text), length);
  if (wrong) die("%s/plan: %s", c->path, wrong);
  const struct step *seeded = plan_find(&c->plan, V_FAULT);
  if (seeded && !seeded_fault) seeded_fault = seeded->text[0];
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

void container_save_plan(struct container *c, const char *text, size_t length) { replace(c, "plan", text, length); }

unsigned long long process_start_time(pid_t pid) {
  AUTO_FREE char *path = format("/proc/%d/stat", (int)pid);
  struct buf text = {0};
  unsigned long long ticks = 0;
  if (pid > 0 && read_file_at(AT_FDCWD, path, &text) == 0) {
    char state = 0;
    const char *after = strrchr(text.data, ')');
    if (!after ||
        sscanf(after + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state, &ticks) != 2 ||
        state == 'Z' || state == 'X')
      ticks = 0;
  }
  free(text.data);
  return ticks;
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
  if (fd < 0 || write_all(fd, line, strlen(line))) die_errno("%s/made", c->path);
}

void container_noted(const struct container *c, void (*undo)(const struct container *, const char *, const char *)) {
  struct buf text = {0};
  if (read_file_at(c->dir, "made", &text)) return;
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
  free(text.data);
}

bool container_frozen(const struct container *c) {
  const struct step *freezer = plan_find(&c->plan, V_FREEZER);
  if (!freezer) return false;
  AUTO_FREE char *path = format("%s/%s", freezer->text[0], freezer->text[1]);
  struct buf value = {0};
  bool frozen = read_file_at(AT_FDCWD, path, &value) == 0 && !strncmp(value.data, freezer->text[2], strlen(freezer->text[2]));
  free(value.data);
  return frozen;
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

char *state_json(const struct container *c, const struct plan *plan, enum status status, pid_t pid) {
  const struct step *state = plan_find(plan, V_STATE);
  struct buf out = {0};
  buf_str(&out, "{\"id\":");
  const char *id = fault("state-of-another-id") ? "another" : c->id;
  buf_json(&out, id, strlen(id));
  if (fault("state-always-running") && status == CREATED) status = RUNNING;
  if ((fault("state-never-running") && status == RUNNING) || (fault("state-never-stopped") && status == STOPPED)) status = CREATED;
  if (fault("state-without-pid")) pid = 0;
  buf_fmt(&out, ",\"status\":\"%s\"", status_name(status));
  if (pid > 0) buf_fmt(&out, ",\"pid\":%d", (int)pid);
  if (state && *state->text[0]) buf_fmt(&out, ",%s", state->text[0]);
  buf_str(&out, "}\n");
  return buf_take(&out);
}

void container_forget(struct container *c) {
  static const char *const files[] = {"made", "made.new", "record.new", "plan.new", "start", "plan", "record"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlinkat(c->dir, files[i], 0);
  if (rmdir(c->path) && errno != ENOENT) warn("rmdir %s: %s", c->path, strerror(errno));
}

/* A path to the socket that is short, whatever the root is. */
static struct sockaddr_un start_address(const struct container *c) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/start", c->dir);
  return address;
}

int start_connect(const struct container *c) {
  struct sockaddr_un address = start_address(c);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) die_errno("socket");
  if (connect(fd, (const struct sockaddr *)&address, sizeof address)) {
    close(fd);
    return -1;
  }
  return fd;
}

int start_listen(const struct container *c) {
  struct sockaddr_un address = start_address(c);
  int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) || listen(fd, 16)) die_errno("%s/start", c->path);
  return fd;
}
