/*
 * The sandbox: three processes. The outer one makes and removes the cgroups and the id maps; the middle one enters the
 * namespaces; the inner one is PID 1 of the sandbox, sees the private file system, and is the worker or runs a command.
 * If any of them dies, the kernel ends the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "sandbox.h"
#include "worker.h"

void sandbox_fail(const char *step) {
  fprintf(stderr, "sandbox: %s: %s\n", step, strerror(errno));
  _exit(EXIT_SANDBOX);
}

static pid_t middle;

/* A signal to the outer process ends the sandbox; the cgroups are removed on the way out. */
static void stop(int sig) {
  (void)sig;
  if (middle > 0) kill(middle, SIGKILL);
}

static int run_command(char **argv) {
  pid_t pid = fork();
  if (pid < 0) sandbox_fail("fork");
  if (pid == 0) {
    execvp(argv[0], argv);
    sandbox_fail(argv[0]);
  }
  int status, code = 1;
  for (pid_t ended; (ended = wait(&status)) > 0;) {
    if (ended != pid) continue;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    break;
  }
  return code;
}

static int inner(struct sandbox *s, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (setsid() < 0) sandbox_fail("setsid");
  sandbox_mounts(s);
  static const char name[] = "oci-conform";
  if (sethostname(name, sizeof name - 1)) sandbox_fail("sethostname");
  if (link_up("lo")) sandbox_fail("bring up lo");
  if (chdir("/")) sandbox_fail("chdir /");
  return argv ? run_command(argv) : worker_loop();
}

/* In the middle process: into the cgroups and the namespaces, then PID 1. */
static int enter(struct sandbox *s, char **argv, int unshared, int mapped) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  cgroups_enter(s);
  int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
  if (s->rootless && unshare(CLONE_NEWUSER)) sandbox_fail("make a user namespace");
  if (write(unshared, "", 1) != 1) sandbox_fail("tell the outer process");
  char byte;
  if (read(mapped, &byte, 1) != 1) _exit(EXIT_SANDBOX);
  if (s->rootless && (setresgid(0, 0, 0) || setresuid(0, 0, 0))) sandbox_fail("become root of the user namespace");
  if (unshare(flags)) sandbox_fail("make namespaces");
  cgroups_leaf();
  pid_t pid = fork();
  if (pid < 0) sandbox_fail("fork");
  if (pid == 0) _exit(inner(s, argv));
  /* The frames belong to the inner process alone: it must see the end of its input. */
  close(0);
  close(1);
  int status;
  while (waitpid(pid, &status, 0) != pid) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int usage(void) {
  fprintf(stderr, "usage: agent worker|sandbox [--cgroup host|v1|v2|none] --cgroup-name NAME [--expose PATH] [--env K=V] [-- COMMAND…]\n");
  return EXIT_USAGE;
}

static bool parse_view(const char *name, enum cgroup_view *view) {
  static const char *const names[] = {"host", "v1", "v2", "none"};
  for (int i = 0; i < 4; i++)
    if (!strcmp(names[i], name)) return *view = (enum cgroup_view)i, true;
  return false;
}

static int options(int argc, char **argv, struct sandbox *s) {
  static const struct option known[] = {{"cgroup", required_argument, NULL, 'c'},
                                        {"cgroup-name", required_argument, NULL, 'n'},
                                        {"expose", required_argument, NULL, 'x'},
                                        {"env", required_argument, NULL, 'e'},
                                        {NULL, 0, NULL, 0}};
  for (int o; (o = getopt_long(argc, argv, "+", known, NULL)) != -1;) {
    if (o == 'c' && parse_view(optarg, &s->view)) continue;
    if (o == 'n') s->name = optarg;
    else if (o == 'e') add_environment(optarg);
    else if (o == 'x' && s->exposed_count < 8) s->exposed[s->exposed_count++] = optarg;
    else return -1;
  }
  return s->name || s->view == VIEW_NONE ? 0 : -1;
}

static int outer(struct sandbox *s, char **argv) {
  for (int i = 0; i < s->exposed_count; i++) {
    s->exposed_fds[i] = open(s->exposed[i], O_PATH | O_CLOEXEC);
    if (s->exposed_fds[i] < 0) sandbox_fail(s->exposed[i]);
  }
  s->rootless = geteuid() != 0;
  if (s->rootless && s->view != VIEW_NONE) s->view = VIEW_HOST;
  if (cgroups_make(s)) sandbox_fail("make the sandbox's cgroups");
  int unshared[2], mapped[2];
  if (pipe2(unshared, O_CLOEXEC) || pipe2(mapped, O_CLOEXEC)) sandbox_fail("pipe");
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  middle = fork();
  if (middle < 0) sandbox_fail("fork");
  if (middle == 0) {
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    close(unshared[0]);
    close(mapped[1]);
    _exit(enter(s, argv, unshared[1], mapped[0]));
  }
  close(unshared[1]);
  close(mapped[0]);
  close(0);
  close(1);
  char byte;
  if (read(unshared[0], &byte, 1) == 1) {
    if (s->rootless) map_ids(middle);
    (void)!write(mapped[1], "", 1);
  }
  int status = 0;
  while (waitpid(middle, &status, 0) != middle) continue;
  cgroups_remove();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int worker_main(int argc, char **argv) {
  struct sandbox s = {0};
  return options(argc, argv, &s) || optind < argc ? usage() : outer(&s, NULL);
}

int sandbox_main(int argc, char **argv) {
  struct sandbox s = {0};
  return options(argc, argv, &s) || optind >= argc ? usage() : outer(&s, argv + optind);
}
