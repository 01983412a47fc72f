#include "idmap_namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "c/memory.h"
#include "die.h"

/* Writes `container:host:size,…` as an id map. */
static void write_map(const struct step *s, pid_t pid, const char *file, const char *list) {
  AUTO_FREE char *text = xstrdup(list), *path = format("/proc/%d/%s", (int)pid, file);
  for (char *c = text; *c; c++) *c = *c == ',' ? '\n' : *c == ':' ? ' ' : *c;
  if (write_setting(path, text)) die_errno("%s: write %s of a user namespace for the id map", s->from, file);
}

/* In a child: makes the namespace, says so, and lives until the other side hangs up. */
static void hold(int ready, int release) NORETURN;
static void hold(int ready, int release) {
  char byte = 0;
  if (unshare(CLONE_NEWUSER)) _exit(1);
  if (write_all(ready, "r", 1)) _exit(1);
  (void)read_exactly(release, &byte, 1);
  _exit(0);
}

/* A namespace that only carries maps is that of a process that lives until it is open. */
static int make(const struct step *s) {
  int release[2], ready[2];
  if (pipe2(release, O_CLOEXEC) || pipe2(ready, O_CLOEXEC)) die_errno("%s: pipe", s->from);
  pid_t pid = fork();
  if (pid < 0) die_errno("%s: fork", s->from);
  if (pid == 0) {
    close(release[1]);
    hold(ready[1], release[0]);
  }
  close(ready[1]);
  close(release[0]);
  char byte;
  if (read_exactly(ready[0], &byte, 1) != 1) die("%s: make a user namespace for the id map: unshare failed", s->from);
  write_map(s, pid, "uid_map", s->text[IDMAP_UIDS]);
  write_map(s, pid, "gid_map", s->text[IDMAP_GIDS]);
  AUTO_FREE char *path = format("/proc/%d/ns/user", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die_errno("%s: open %s", s->from, path);
  close(ready[0]);
  close(release[1]);
  int status;
  if (wait_child(pid, &status)) die_errno("%s: wait for the process of the id map", s->from);
  return fd;
}

int idmap_namespace(const struct step *s) {
  const char *uids = s->text[IDMAP_UIDS];
  if (*uids != '/') return make(s);
  int fd = open(uids, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die_errno("%s: open the user namespace %s", s->from, uids);
  return fd;
}
