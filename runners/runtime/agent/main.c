/* Chooses the subcommand. Inside a container the program's arguments are under test, so whatever else it gets, it probes. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "c/memory.h"

void out_of_memory(void) {
  static const char text[] = "agent: out of memory\n";
  (void)!write(STDERR_FILENO, text, sizeof text - 1);
  _exit(70);
}

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
} commands[] = {{"worker", worker_main}, {"sandbox", sandbox_main}, {"sandboxes", sandboxes_main}, {"do", do_main},
                {"place", place_main},   {"console", console_main}, {"hook", hook_main},           {"tree", tree_main},
                {"powers", powers_main}, {"named", named_main},     {"parts", parts_main},         {"tied", tied_main}};

int main(int argc, char **argv) {
  const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
  const char *self = argc > 0 ? (slash ? slash + 1 : argv[0]) : "";
  if (!strcmp(self, "agent") && argc > 1) {
    if (!strcmp(argv[1], "euid")) return euid_main();
    if (!strcmp(argv[1], "probe")) return probe_main(argc, argv);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
      if (!strcmp(argv[1], commands[i].name)) return commands[i].run(argc - 1, argv + 1);
  }
  if (!access("/.oci/attempts", F_OK) || !access("/.oci/agent", F_OK)) return probe_main(argc, argv);
  fprintf(stderr, "usage: agent worker|sandbox|sandboxes|tied|do|console|probe|hook …\n");
  return EXIT_USAGE;
}
