/*
 * `agent named PREFIX DIRECTORY… [! PATTERN]…`: prints the paths of files below the directories whose names begin so, but for those that fit
 * a pattern of fnmatch(3). Of /tmp and /var/tmp only what lies in memory: where they are overlays, what was written there lies below /run,
 * and their lower part is the host's, and may be large. Never follows a link.
 */
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/file.h"

enum { DEPTH_MAX = 4096 };

static const char *prefix;
static char **patterns;

static void tell(const struct buf *path) {
  for (char **pattern = patterns; pattern[0] && pattern[1]; pattern += 2)
    if (!fnmatch(pattern[1], path->data, 0)) return;
  puts(path->data);
}

static void walk(int at, const char *name, struct buf *path, int depth) {
  int fd = depth < DEPTH_MAX ? openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (!entries) return close_fd(&fd);
  for (struct dirent *each; (each = readdir(entries));) {
    if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, "..")) continue;
    size_t before = path->len;
    buf_fmt(path, "/%s", each->d_name);
    if (!strncmp(each->d_name, prefix, strlen(prefix))) tell(path);
    if (each->d_type == DT_DIR || each->d_type == DT_UNKNOWN) walk(fd, each->d_name, path, depth + 1);
    path->data[path->len = before] = 0;
  }
  closedir(entries);
}

int named_main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: agent named PREFIX DIRECTORY… [! PATTERN]…\n");
    return EXIT_USAGE;
  }
  prefix = argv[1];
  char **directories = argv + 2;
  for (patterns = directories; *patterns && strcmp(*patterns, "!");) patterns++;
  for (char **each = directories; each < patterns; each++) {
    struct statfs system;
    if ((!strcmp(*each, "/tmp") || !strcmp(*each, "/var/tmp")) && (statfs(*each, &system) || system.f_type != TMPFS_MAGIC)) continue;
    struct buf path = {0};
    buf_str(&path, *each);
    walk(AT_FDCWD, *each, &path, 0);
    buf_free(&path);
  }
  return 0;
}
