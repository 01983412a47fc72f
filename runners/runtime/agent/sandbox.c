/*
 * The sandbox: three processes. The outer one makes and removes the cgroups and the id maps; the middle one enters the
 * namespaces; the inner one is PID 1 of the sandbox, sees the private file system, and is the worker or runs a command.
 * If any of them dies, the kernel ends those below it.
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
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "c/child.h"
#include "c/file.h"
#include "events.h"
#include "links.h"
#include "run.h"
#include "sandbox.h"
#include "sandbox_cgroup.h"
#include "sandbox_mounts.h"
#include "sandbox_user.h"
#include "worker.h"

void sandbox_fail(const char *step) { sandbox_refused(step, errno == EPERM ? FEW_RIGHTS : NULL); }

void sandbox_refused(const char *step, const char *advice) {
  fprintf(stderr, "sandbox: %s: %s%s%s\n", step, strerror(errno), advice ? "; " : "", advice ? advice : "");
  _exit(EXIT_SANDBOX);
}

/* The process that this one waits for, and the signal that makes it end. */
static volatile sig_atomic_t child, child_signal;
static volatile sig_atomic_t stopping;
static sigset_t stop_signals;

/*
 * Who stops the outer process stops the inner one, by way of the middle: it ends when the inner one and with it everything
 * in the PID namespace is gone, and then the cgroups are empty.
 */
static void stop(int sig) {
  (void)sig;
  stopping = 1;
  if (child > 0) kill(child, child_signal);
}

static void catch_stop(void) {
  struct sigaction action = {.sa_handler = stop};
  static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
  sigemptyset(&stop_signals);
  for (int i = 0; i < 3; i++) {
    sigaction(signals[i], &action, NULL);
    sigaddset(&stop_signals, signals[i]);
  }
}

/* Waits for the child to whom a signal, from now on, is passed. */
static int wait_for(pid_t pid, int signal_on_stop) {
  int status;
  child_signal = signal_on_stop;
  child = pid;
  sigprocmask(SIG_UNBLOCK, &stop_signals, NULL);
  if (wait_child(pid, &status)) sandbox_fail("wait for a process of the sandbox");
  sigprocmask(SIG_BLOCK, &stop_signals, NULL);
  child = 0;
  return exit_code(status);
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
    code = exit_code(status);
    break;
  }
  return code;
}

/* alive: the end of a pipe that the middle process alone holds open for writing. */
static int inner(struct sandbox *s, char **argv, int alive) {
  signals_reset();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* It may have died before that. */
  if (is_readable(alive)) return EXIT_SANDBOX;
  close(alive);
  if (setsid() < 0) sandbox_fail("setsid");
  sandbox_mounts(s);
  static const char name[] = "oci-conform";
  if (sethostname(name, sizeof name - 1)) sandbox_fail("sethostname");
  if (link_up("lo")) sandbox_fail("bring up lo");
  if (chdir("/")) sandbox_fail("chdir /");
  return argv ? run_command(argv) : worker_loop(!s->renewed);
}

/* In the middle process: into the cgroups and the namespaces, then PID 1. */
static int enter(struct sandbox *s, char **argv, int unshared, int mapped) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  cgroups_unlock(s);
  cgroups_enter(s);
  int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
  if (s->rootless) user_namespace();
  if (write(unshared, "", 1) != 1) sandbox_fail("tell the outer process");
  char byte;
  if (read_exactly(mapped, &byte, 1) != 1) return EXIT_SANDBOX;
  if (s->rootless && (setresgid(0, 0, 0) || setresuid(0, 0, 0))) sandbox_fail("become root of the user namespace");
  /* New credentials made the kernel forget it. The outer process may have died before that: then the pipe has ended. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (is_readable(mapped)) return EXIT_SANDBOX;
  if (unshare(flags)) sandbox_fail("make namespaces");
  cgroups_leaf(s);
  int alive[2];
  if (pipe2(alive, O_CLOEXEC)) sandbox_fail("pipe");
  pid_t pid = fork();
  if (pid < 0) sandbox_fail("fork");
  if (pid == 0) {
    close(alive[1]);
    _exit(inner(s, argv, alive[0]));
  }
  close(alive[0]);
  /* The frames belong to the inner process alone: it must see the end of its input. */
  close(0);
  close(1);
  return wait_for(pid, SIGKILL);
}

static int usage(void) {
  fprintf(stderr, "usage: agent worker|sandbox [--cgroup host|v1|v2|none] --cgroup-name NAME [--expose PATH] [--env K=V] [-- COMMAND…]\n");
  return EXIT_USAGE;
}

static bool parse_view(const char *name, enum cgroup_view *view) {
  static const char *const names[] = {"host", "v1", "v2", "none"};
  for (int i = 0; i < 4; i++) {
    if (strcmp(names[i], name)) continue;
    *view = (enum cgroup_view)i;
    return true;
  }
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

/* Ends the outer process, which has nobody to clean up after it. */
__attribute__((noreturn)) static void outer_fail(struct sandbox *s, const char *step) {
  int error = errno;
  cgroups_remove(s);
  errno = error;
  sandbox_fail(step);
}

/* One sandbox, from its cgroups' making to their removal. */
static int live(struct sandbox *s, char **argv) {
  int unshared[2], mapped[2];
  if (cgroups_make(s)) outer_fail(s, "make the sandbox's cgroups");
  if (pipe2(unshared, O_CLOEXEC) || pipe2(mapped, O_CLOEXEC)) outer_fail(s, "pipe");
  pid_t middle = fork();
  if (middle < 0) outer_fail(s, "fork");
  if (middle == 0) {
    close(unshared[0]);
    close(mapped[1]);
    _exit(enter(s, argv, unshared[1], mapped[0]));
  }
  close(unshared[1]);
  close(mapped[0]);
  char byte;
  if (read_exactly(unshared[0], &byte, 1) == 1) {
    if (s->rootless) map_ids(middle);
    (void)!write(mapped[1], "", 1);
  }
  close(unshared[0]);
  int code = wait_for(middle, SIGTERM);
  close(mapped[1]);
  cgroups_remove(s);
  return code;
}

static int outer(struct sandbox *s, char **argv) {
  pid_t caller = getppid();
  /* Whatever else the caller had open is none of the target's business. */
  if (syscall(SYS_close_range, 3, ~0u, 0)) sandbox_fail("close inherited descriptors");
  s->rootless = !is_full_root();
  if (s->rootless && s->view != VIEW_NONE) s->view = VIEW_HOST;
  catch_stop();
  sigprocmask(SIG_BLOCK, &stop_signals, NULL);
  /* Nobody waits for what it does when its caller was killed. */
  if (prctl(PR_SET_PDEATHSIG, SIGTERM)) sandbox_fail("ask for a signal at the caller's end");
  if (getppid() != caller) return EXIT_SANDBOX;
  int code = live(s, argv);
  /* A worker whose sandbox was damaged beyond repair goes on in a new one; the frames stay where they are. */
  for (s->renewed = true; !argv && code == EXIT_RENEW && !stopping;) code = live(s, argv);
  return code;
}

int worker_main(int argc, char **argv) {
  struct sandbox s = {0};
  return options(argc, argv, &s) || optind < argc ? usage() : outer(&s, NULL);
}

int sandbox_main(int argc, char **argv) {
  struct sandbox s = {0};
  return options(argc, argv, &s) || optind >= argc ? usage() : outer(&s, argv + optind);
}
