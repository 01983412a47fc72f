/* Who the process is: ids, groups, umask, capabilities, seccomp, labels. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "names.h"
#include "probe.h"

static void ids(struct buf *b, const char *key, long long real, long long effective, long long saved, long long fs) {
  json_key(b, key);
  json_open(b, '{');
  json_key(b, "real"), json_num(b, real);
  json_key(b, "effective"), json_num(b, effective);
  json_key(b, "saved"), json_num(b, saved);
  json_key(b, "fs");
  if (fs < 0) json_null(b);
  else json_num(b, fs);
  json_close(b, '}');
}

static void set(struct buf *b, const char *key, uint64_t mask) {
  json_key(b, key);
  json_open(b, '[');
  for (int i = 0; i < CAPABILITIES; i++)
    if (mask & (1ULL << i)) json_str(b, capability_names[i]);
  json_close(b, ']');
}

static void capabilities(struct buf *b) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}, {0}};
  (void)syscall(SYS_capget, &header, data);
  uint64_t bounding = 0, ambient = 0;
  for (unsigned long i = 0; i < CAPABILITIES; i++) {
    if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1) bounding |= 1ULL << i;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1) ambient |= 1ULL << i;
  }
  json_key(b, "capabilities");
  json_open(b, '{');
  set(b, "effective", data[0].effective | (uint64_t)data[1].effective << 32);
  set(b, "permitted", data[0].permitted | (uint64_t)data[1].permitted << 32);
  set(b, "inheritable", data[0].inheritable | (uint64_t)data[1].inheritable << 32);
  set(b, "bounding", bounding);
  set(b, "ambient", ambient);
  json_close(b, '}');
}

static void label(struct buf *b, const char *key, const char *path) {
  struct buf text = {0};
  json_key(b, key);
  if (read_file(path, &text, 4096)) {
    json_null(b);
  } else {
    while (text.len && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == 0)) text.len--;
    json_strn(b, text.data, text.len);
  }
  buf_free(&text);
}

/* Seccomp_filters of /proc/self/status, or -1. */
static int filters(void) {
  struct buf status = {0};
  int count = -1;
  if (!read_file("/proc/self/status", &status, 65536)) {
    const char *line = strstr(status.data, "Seccomp_filters:");
    if (line) count = atoi(line + strlen("Seccomp_filters:"));
  }
  buf_free(&status);
  return count;
}

static void number_or_null(struct buf *b, const char *key, int number) {
  json_key(b, key);
  if (number < 0) json_null(b);
  else json_num(b, number);
}

void probe_identity(struct buf *b) {
  uid_t r, e, s;
  gid_t gr, ge, gs;
  if (!getresuid(&r, &e, &s)) ids(b, "uid", r, e, s, setfsuid((uid_t)-1));
  else ids(b, "uid", getuid(), geteuid(), -1, -1);
  if (!getresgid(&gr, &ge, &gs)) ids(b, "gid", gr, ge, gs, setfsgid((gid_t)-1));
  else ids(b, "gid", getgid(), getegid(), -1, -1);
  gid_t groups[1024];
  int count = getgroups(1024, groups);
  json_key(b, "groups");
  json_open(b, '[');
  for (int i = 0; i < count; i++) json_num(b, groups[i]);
  json_close(b, ']');
  mode_t mask = umask(0);
  umask(mask);
  json_key(b, "umask"), json_num(b, mask);
  capabilities(b);
  int nnp = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  json_key(b, "noNewPrivileges");
  if (nnp < 0) json_null(b);
  else json_bool(b, nnp == 1);
  number_or_null(b, "seccompMode", prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
  number_or_null(b, "seccompFilters", filters());
  label(b, "apparmor", "/proc/self/attr/apparmor/current");
  label(b, "selinux", "/proc/self/attr/current");
}
