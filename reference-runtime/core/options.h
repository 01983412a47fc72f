/* The options of the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "c/attributes.h"
#include "create.h"
#include "exec.h"

struct options {
  const char *root; /* of all containers' directories */
  struct create_options create;
  struct exec_options exec;
  const char *resources;
  bool all, force, detach, quiet, json, rootless;
};

/* Says what is wrong with the command line, and ends. */
void usage(const char *problem, const char *what) NORETURN;
/* Parses the options of a command (with "", those before it), and returns the index of the first other word. */
int options_parse(struct options *options, int argc, char **argv, const char *command);

#endif
