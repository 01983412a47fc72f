/*
 * `agent place STEP…`: makes the place in which a tool works, in one process where a shell would start one for each step:
 *
 *   dir PATH                        with the missing ones above it
 *   file PATH TEXT
 *   mount SOURCE TARGET TYPE DATA   TYPE `bind`: what is at SOURCE
 *   try SOURCE TARGET TYPE DATA     the same; it may fail
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "agent.h"
#include "c/file.h"

static int make_mount(char **step) {
  bool bind = !strcmp(step[2], "bind");
  return mount(step[0], step[1], bind ? NULL : step[2], bind ? MS_BIND : 0, bind ? NULL : step[3]);
}

static int make_dir(char **step) { return mkdir_p(step[0], 0755); }

static int make_file(char **step) { return write_file(step[0], step[1], strlen(step[1]), O_CREAT | O_TRUNC, 0644); }

static int try_mount(char **step) {
  (void)make_mount(step);
  return 0;
}

static const struct {
  const char *name;
  int (*make)(char **step);
  int words;
} steps[] = {{"dir", make_dir, 1}, {"file", make_file, 2}, {"mount", make_mount, 4}, {"try", try_mount, 4}};

int place_main(int argc, char **argv) {
  for (int at = 1; at < argc;) {
    size_t i = 0;
    while (i < sizeof steps / sizeof *steps && strcmp(steps[i].name, argv[at])) i++;
    if (i == sizeof steps / sizeof *steps || at + steps[i].words >= argc) {
      fprintf(stderr, "usage: agent place [dir PATH | file PATH TEXT | mount SOURCE TARGET TYPE DATA | try SOURCE TARGET TYPE DATA]…\n");
      return EXIT_USAGE;
    }
    if (steps[i].make(argv + at + 1)) {
      fprintf(stderr, "place: %s %s: %s\n", argv[at], argv[at + 1], strerror(errno));
      return 1;
    }
    at += 1 + steps[i].words;
  }
  return 0;
}
