/* For an ordinary user: a user namespace with as many ids as the system lends him. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

/* The first range lent to the user in /etc/subuid or /etc/subgid. */
static bool range_of(const char *file, unsigned long *start, unsigned long *count) {
  struct buf text = {0};
  bool found = false;
  if (read_file(file, &text, 1 << 20)) return false;
  const struct passwd *user = getpwuid(getuid());
  char number[32];
  snprintf(number, sizeof number, "%u", getuid());
  for (char *save, *line = strtok_r(text.data, "\n", &save); line && !found; line = strtok_r(NULL, "\n", &save)) {
    char *colon = strchr(line, ':');
    if (!colon) continue;
    *colon = 0;
    if ((user && !strcmp(line, user->pw_name)) || !strcmp(line, number)) found = sscanf(colon + 1, "%lu:%lu", start, count) == 2;
  }
  buf_free(&text);
  return found;
}

static bool map_with(const char *tool, pid_t pid, unsigned own, unsigned long start, unsigned long count) {
  char numbers[4][32];
  snprintf(numbers[0], 32, "%d", pid);
  snprintf(numbers[1], 32, "%u", own);
  snprintf(numbers[2], 32, "%lu", start);
  snprintf(numbers[3], 32, "%lu", count);
  pid_t child = fork();
  if (child == 0) {
    execlp(tool, tool, numbers[0], "0", numbers[1], "1", "1", numbers[2], numbers[3], (char *)NULL);
    _exit(127);
  }
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void map_alone(pid_t pid, const char *file, unsigned own) {
  struct buf path = {0}, map = {0};
  buf_fmt(&path, "/proc/%d/%s", pid, file);
  buf_fmt(&map, "0 %u 1\n", own);
  if (write_file(path.data, map.data, map.len, 0, 0)) sandbox_fail(path.data);
  buf_free(&path);
  buf_free(&map);
}

void map_ids(pid_t pid) {
  unsigned long start, count;
  if (!range_of("/etc/subuid", &start, &count) || !map_with("newuidmap", pid, getuid(), start, count)) map_alone(pid, "uid_map", getuid());
  if (range_of("/etc/subgid", &start, &count) && map_with("newgidmap", pid, getgid(), start, count)) return;
  struct buf path = {0};
  buf_fmt(&path, "/proc/%d/setgroups", pid);
  (void)write_file(path.data, "deny", 4, 0, 0);
  buf_free(&path);
  map_alone(pid, "gid_map", getgid());
}
