/*
 * `agent parts DIRECTORY [NAME PATH]…`: the files of a directory, and further ones by names of their own where there are such files, as one
 * stream: a line `SIZE NAME` for each, an empty line, and their contents one after the other. Of what commands printed (`*.stdout`,
 * `*.stderr`) there are 64 KiB at most.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/file.h"

enum { PRINTED_MAX = 64 << 10, FILE_MAX = 1 << 30 };

static int is_printed(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot && (!strcmp(dot, ".stdout") || !strcmp(dot, ".stderr"));
}

static struct buf head, contents;

/* Adds a file by a name. 0, or -1 when it cannot be read. */
static int add(const char *name, const char *path) {
  size_t before = contents.len;
  if (read_file(path, &contents, is_printed(name) ? PRINTED_MAX : FILE_MAX)) {
    fprintf(stderr, "parts: %s: %s\n", path, strerror(errno));
    return -1;
  }
  buf_fmt(&head, "%zu %s\n", contents.len - before, name);
  return 0;
}

static bool is_file(const char *path) {
  struct stat st;
  return !stat(path, &st) && S_ISREG(st.st_mode);
}

int parts_main(int argc, char **argv) {
  if (argc < 2 || argc % 2 || chdir(argv[1])) {
    fprintf(stderr, "usage: agent parts DIRECTORY [NAME PATH]…\n");
    return EXIT_USAGE;
  }
  DIR *entries = opendir(".");
  if (!entries) {
    fprintf(stderr, "parts: %s: %s\n", argv[1], strerror(errno));
    return 1;
  }
  bool failed = false;
  for (struct dirent *each; !failed && (each = readdir(entries));) failed = each->d_name[0] != '.' && add(each->d_name, each->d_name);
  closedir(entries);
  for (int i = 2; !failed && i < argc; i += 2) failed = is_file(argv[i + 1]) && add(argv[i], argv[i + 1]);
  if (failed) return 1;
  buf_str(&head, "\n");
  return write_all(1, head.data, head.len) || write_all(1, contents.data, contents.len);
}
