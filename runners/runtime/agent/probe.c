/* The probe: the user's program of a container. Says in one line of JSON all that can be seen from there. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

#include "agent.h"
#include "c/buf.h"
#include "c/file.h"

extern char **environ;

/* The program could not note a signal that it got. */
enum { EXIT_UNRECORDED = 121 };

static void report(struct buf *b, char **argv) {
  json_open(b, '{');
  probe_fds(b);
  json_strings(b, "argv", argv);
  json_strings(b, "env", environ);
  json_key(b, "cwd"), json_cwd(b, NULL);
  json_key(b, "pid"), json_num(b, getpid());
  json_key(b, "ppid"), json_num(b, getppid());
  json_key(b, "sid"), json_num(b, getsid(0));
  probe_identity(b);
  probe_limits(b);
  probe_terminal(b);
  probe_surroundings(b);
  probe_paths(b);
  probe_attempts(b);
  json_close(b, '}');
}

/* As PID 1 of a namespace only signals with a handler arrive. */
static void on_term(int sig) { (void)sig; }

static int hold(const sigset_t *before) {
  struct sigaction action = {.sa_handler = on_term};
  sigaction(SIGTERM, &action, NULL);
  sigset_t waiting = *before;
  sigdelset(&waiting, SIGTERM);
  sigsuspend(&waiting);
  return 0;
}

/*
 * Where this file is, the program gets all signals that can be had, and adds the number of each to it until SIGTERM comes. Blocked signals wait their
 * turn, lowest first, so those that came before SIGTERM are fetched after it.
 */
#define SIGNALS "/.oci/signals"

static int note(int fd, int sig) {
  char line[16];
  int length = snprintf(line, sizeof line, "%d\n", sig);
  return write_all(fd, line, (size_t)length);
}

static int record_signals(const sigset_t *all) {
  static const struct timespec now;
  AUTO_CLOSE int fd = open(SIGNALS, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0) return EXIT_UNRECORDED;
  for (int sig = 0; sig != SIGTERM;)
    if ((sig = sigwaitinfo(all, NULL)) > 0 && note(fd, sig)) return EXIT_UNRECORDED;
  for (int sig; (sig = sigtimedwait(all, NULL, &now)) > 0;)
    if (note(fd, sig)) return EXIT_UNRECORDED;
  return 0;
}

/* On standard output; by the FIFO that stands there where a container's output is lost. */
static int tell(const struct buf *b) {
  AUTO_CLOSE int fifo = getenv(NESTED) ? -1 : open("/.oci/report", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fifo < 0 || fcntl(fifo, F_SETFL, 0)) return write_all(1, b->data, b->len);
  return write_all(fifo, b->data, b->len);
}

static int exit_code(void) {
  struct buf text = {0};
  int code = read_file("/.oci/exit", &text, 16) ? 0 : atoi(text.data);
  buf_free(&text);
  return code;
}

int probe_main(int argc, char **argv) {
  (void)argc;
  struct buf b = {0};
  buf_str(&b, "\036probe ");
  /* Tells hooks that the program runs. Opened and closed before the descriptors are listed. */
  int marker = open("/.oci/started", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (marker >= 0) close(marker);
  bool recorder = !getenv(NESTED) && !access(SIGNALS, F_OK);
  sigset_t awaited, before;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGTERM);
  if (recorder) sigfillset(&awaited);
  sigprocmask(SIG_BLOCK, &awaited, &before);
  report(&b, argv);
  buf_str(&b, "\n");
  if (tell(&b)) return 120;
  buf_free(&b);
  if (recorder) return record_signals(&awaited);
  if (!getenv(NESTED) && !access("/.oci/hold", F_OK)) return hold(&before);
  return exit_code();
}
