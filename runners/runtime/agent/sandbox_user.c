/* For an ordinary user, or a root who is not quite one: a user namespace with as many ids as the system lends. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/child.h"
#include "c/file.h"
#include "sandbox.h"
#include "sandbox_user.h"

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
  return child > 0 && !wait_child(child, &status) && status == 0;
}

enum { MOST_IDS = 65536 };

/* How many ids exist here from 0 on. */
static unsigned long id_count(const char *file) {
  struct buf text = {0};
  unsigned long inside, outside, count, end = 0;
  if (read_file(file, &text, 1 << 20)) return 0;
  for (char *save, *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
    if (sscanf(line, "%lu %lu %lu", &inside, &outside, &count) == 3 && inside <= end && inside + count > end) end = inside + count;
  buf_free(&text);
  return end;
}

/* What the sandbox and the containers of the suite cannot do without; what else a root may lack is skipped. */
static const int NEEDED[] = {CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_FOWNER,    CAP_FSETID,     CAP_KILL,       CAP_SETGID,
                             CAP_SETUID, CAP_SETPCAP,      CAP_NET_ADMIN, CAP_SYS_CHROOT, CAP_SYS_PTRACE, CAP_SYS_ADMIN};

bool is_full_root(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {0};
  if (geteuid() != 0 || id_count("/proc/self/uid_map") != UINT32_MAX) return false;
  if (syscall(SYS_capget, &header, data)) sandbox_fail("capget");
  for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++)
    if (!(data[NEEDED[i] / 32].effective >> NEEDED[i] % 32 & 1)) return false;
  return true;
}

void user_namespace(void) {
  if (!unshare(CLONE_NEWUSER)) return;
  const char *advice = errno == EPERM
                           ? "the system lets its users make none (see kernel.unprivileged_userns_clone and"
                             " kernel.apparmor_restrict_unprivileged_userns), or a container's seccomp filter forbids it; " FEW_RIGHTS
                       : errno == ENOSPC ? "no more of them may be made (see user.max_user_namespaces)"
                                         : NULL;
  sandbox_refused("make a user namespace", advice);
}

static int write_map(pid_t pid, const char *file, const char *text) {
  struct buf path = {0};
  buf_fmt(&path, "/proc/%d/%s", pid, file);
  int failed = write_file(path.data, text, strlen(text), 0, 0);
  buf_free(&path);
  return failed;
}

static void map_alone(pid_t pid, const char *file, unsigned own) {
  char map[64];
  snprintf(map, sizeof map, "0 %u 1\n", own);
  if (write_map(pid, file, map)) sandbox_fail(file);
}

/* Others' ids take a privilege that a root may have all the same: those from 0 on, as they are. */
static bool map_as_they_are(pid_t pid, const char *file) {
  if (geteuid() != 0) return false;
  char path[64], map[64];
  snprintf(path, sizeof path, "/proc/self/%s", file);
  unsigned long count = id_count(path);
  snprintf(map, sizeof map, "0 0 %lu\n", count < MOST_IDS ? count : MOST_IDS);
  return !write_map(pid, file, map);
}

static bool map_lent(pid_t pid, const char *tool, const char *file, unsigned own) {
  unsigned long start, count;
  return range_of(file, &start, &count) && map_with(tool, pid, own, start, count);
}

void map_ids(pid_t pid) {
  if (!map_as_they_are(pid, "uid_map") && !map_lent(pid, "newuidmap", "/etc/subuid", getuid())) map_alone(pid, "uid_map", getuid());
  if (map_as_they_are(pid, "gid_map") || map_lent(pid, "newgidmap", "/etc/subgid", getgid())) return;
  (void)write_map(pid, "setgroups", "deny");
  map_alone(pid, "gid_map", getgid());
}
