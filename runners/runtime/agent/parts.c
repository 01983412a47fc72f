/*
 * `agent parts DIRECTORY`: the files of a directory as one stream: a line `SIZE NAME` for each, an empty line, and their contents
 * one after the other. Of what commands printed (`*.stdout`, `*.stderr`) there are 64 KiB at most.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "c/buf.h"
#include "c/file.h"

enum { PRINTED_MAX = 64 << 10, FILE_MAX = 1 << 30 };

static int is_printed(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot && (!strcmp(dot, ".stdout") || !strcmp(dot, ".stderr"));
}

int parts_main(int argc, char **argv) {
  if (argc != 2 || chdir(argv[1])) {
    fprintf(stderr, "usage: agent parts DIRECTORY\n");
    return EXIT_USAGE;
  }
  DIR *entries = opendir(".");
  if (!entries) {
    fprintf(stderr, "parts: %s: %s\n", argv[1], strerror(errno));
    return 1;
  }
  AUTO_BUF struct buf head = {0}, contents = {0};
  for (struct dirent *each; (each = readdir(entries));) {
    if (each->d_name[0] == '.') continue;
    size_t before = contents.len;
    if (read_file(each->d_name, &contents, is_printed(each->d_name) ? PRINTED_MAX : FILE_MAX)) {
      fprintf(stderr, "parts: %s: %s\n", each->d_name, strerror(errno));
      return 1;
    }
    buf_fmt(&head, "%zu %s\n", contents.len - before, each->d_name);
  }
  closedir(entries);
  buf_str(&head, "\n");
  return write_all(1, head.data, head.len) || write_all(1, contents.data, contents.len);
}
