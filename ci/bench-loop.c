/*
 * The floor that the harness is measured against: a bare loop that runs the lifecycle of prepared bundles and captures
 * what the runtime says, nothing else. Prints the seconds that the loop took.
 * usage: bench-loop RUNTIME BUNDLE…
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int run(const char *const *argv) {
  int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    execv(argv[0], (char *const *)argv);
    _exit(127);
  }
  close(in);
  close(out);
  int status = -1;
  waitpid(pid, &status, 0);
  return status;
}

static pid_t read_pid(const char *path) {
  char text[32] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) return -1;
  close(fd);
  return atoi(text);
}

static int lifecycle(const char *runtime, const char *bundle, const char *id) {
  char pid_file[4096];
  snprintf(pid_file, sizeof pid_file, "%s/pid", bundle);
  if (run((const char *[]){runtime, "create", "--bundle", bundle, "--pid-file", pid_file, id, NULL}))
    return fprintf(stderr, "create: "), -1;
  run((const char *[]){runtime, "state", id, NULL});
  if (run((const char *[]){runtime, "start", id, NULL})) return -1;
  /* A subreaper becomes the parent of the container process when create has exited. */
  waitpid(read_pid(pid_file), NULL, 0);
  run((const char *[]){runtime, "state", id, NULL});
  if (run((const char *[]){runtime, "delete", id, NULL})) return fprintf(stderr, "delete: "), -1;
  run((const char *[]){runtime, "state", id, NULL});
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: bench-loop RUNTIME BUNDLE…\n"), 64;
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  double begun = now();
  for (int i = 2; i < argc; i++) {
    if (!lifecycle(argv[1], argv[i], "oci-conform-0")) continue;
    fprintf(stderr, "bench-loop: %s failed on %s\n", argv[1], argv[i]);
    return 1;
  }
  printf("%f\n", now() - begun);
  return 0;
}
