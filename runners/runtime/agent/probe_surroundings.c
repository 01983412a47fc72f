/* What /proc says of the surroundings: namespaces, id maps, time offsets, cgroup, mounts. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "probe.h"

void json_namespaces(struct buf *b, bool null_if_hidden) {
  DIR *dir = opendir("/proc/self/ns");
  json_key(b, "namespaces");
  if (!dir && null_if_hidden) return json_null(b);
  json_open(b, '{');
  for (struct dirent *e; dir && (e = readdir(dir));) {
    char target[256];
    if (e->d_name[0] == '.') continue;
    ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof target);
    if (n < 0) continue;
    json_key(b, e->d_name);
    json_strn(b, target, (size_t)n);
  }
  json_close(b, '}');
  if (dir) closedir(dir);
}

/* Calls fn for each line of a file; false when it cannot be read. */
static bool each_line(const char *path, void (*fn)(struct buf *b, char *line), struct buf *b, char open, char close) {
  struct buf text = {0};
  bool ok = !read_file(path, &text, 8 << 20);
  if (ok) {
    json_open(b, open);
    for (char *save, *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) fn(b, line);
    json_close(b, close);
  } else {
    json_null(b);
  }
  buf_free(&text);
  return ok;
}

static void map_line(struct buf *b, char *line) {
  unsigned inside, outside, size;
  if (sscanf(line, "%u %u %u", &inside, &outside, &size) != 3) return;
  json_open(b, '[');
  json_num(b, inside), json_num(b, outside), json_num(b, size);
  json_close(b, ']');
}

static void cgroup_line(struct buf *b, char *line) {
  char *controllers = strchr(line, ':');
  char *path = controllers ? strchr(controllers + 1, ':') : NULL;
  if (!path) return;
  *path++ = 0;
  json_key(b, controllers + 1);
  json_str(b, path);
}

/* Undoes mountinfo's octal escapes, in place. */
static char *plain(char *field) {
  char *to = field;
  for (char *from = field; *from; to++) {
    unsigned code;
    if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1) *to = (char)code, from += 4;
    else *to = *from++;
  }
  *to = 0;
  return field;
}

static void list(struct buf *b, const char *key, char *text, const char *separator) {
  json_key(b, key);
  json_open(b, '[');
  for (char *one; (one = strsep(&text, separator));)
    if (*one) json_str(b, plain(one));
  json_close(b, ']');
}

/* id parent major:minor root target options optional… - type source super-options; the source may be empty. */
static void mount_line(struct buf *b, char *line) {
  char *tail = strstr(line, " - "), *head[6], *rest[3];
  if (!tail) return;
  *tail = 0;
  tail += 3;
  for (int i = 0; i < 6; i++)
    if (!(head[i] = strsep(&line, " "))) return;
  for (int i = 0; i < 3; i++)
    if (!(rest[i] = strsep(&tail, " "))) return;
  json_open(b, '{');
  json_key(b, "id"), json_num(b, atoll(head[0]));
  json_key(b, "parent"), json_num(b, atoll(head[1]));
  json_key(b, "device"), json_str(b, head[2]);
  json_key(b, "root"), json_str(b, plain(head[3]));
  json_key(b, "target"), json_str(b, plain(head[4]));
  list(b, "options", head[5], ",");
  list(b, "optional", line, " ");
  json_key(b, "type"), json_str(b, plain(rest[0]));
  json_key(b, "source"), json_str(b, plain(rest[1]));
  list(b, "superOptions", rest[2], ",");
  json_close(b, '}');
}

static void time_offsets(struct buf *b) {
  struct buf text = {0};
  long long secs[2] = {0}, nanos[2] = {0};
  json_key(b, "timeOffsets");
  bool ok = !read_file("/proc/self/timens_offsets", &text, 4096);
  for (char *save, *line = ok ? strtok_r(text.data, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
    char clock[32];
    long long s, n;
    if (sscanf(line, "%31s %lld %lld", clock, &s, &n) != 3) continue;
    int at = !strcmp(clock, "boottime") || !strcmp(clock, "7");
    secs[at] = s, nanos[at] = n;
  }
  buf_free(&text);
  if (!ok) return json_null(b);
  json_open(b, '{');
  for (int i = 0; i < 2; i++) {
    json_key(b, i ? "boottime" : "monotonic");
    json_open(b, '[');
    json_num(b, secs[i]), json_num(b, nanos[i]);
    json_close(b, ']');
  }
  json_close(b, '}');
}

void probe_surroundings(struct buf *b) {
  json_namespaces(b, true);
  json_key(b, "uidMap"), each_line("/proc/self/uid_map", map_line, b, '[', ']');
  json_key(b, "gidMap"), each_line("/proc/self/gid_map", map_line, b, '[', ']');
  struct buf setgroups_text = {0};
  json_key(b, "setgroups");
  if (read_file("/proc/self/setgroups", &setgroups_text, 64) || !setgroups_text.len) json_null(b);
  else json_strn(b, setgroups_text.data, strcspn(setgroups_text.data, "\n"));
  buf_free(&setgroups_text);
  time_offsets(b);
  json_key(b, "cgroup"), each_line("/proc/self/cgroup", cgroup_line, b, '{', '}');
  json_key(b, "mounts"), each_line("/proc/self/mountinfo", mount_line, b, '[', ']');
}
