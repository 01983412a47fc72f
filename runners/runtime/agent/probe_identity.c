/* Who the process is: ids, groups, umask, capabilities, seccomp, labels. */
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "c/memory.h"
#include "names.h"
#include "probe.h"

/* A number of /proc/self/status; false without the file or the field. */
static bool status_number(const struct buf *status, const char *field, int base, uint64_t *number) {
  const char *line = status->data ? strstr(status->data, field) : NULL;
  if (!line) return false;
  *number = strtoull(line + strlen(field), NULL, base);
  return true;
}

/* When the call is filtered, the kernel's auxiliary vector still tells the real and the effective id at execve. */
static void ids(struct buf *b, const char *key, long get, long set_fs, unsigned long real_tag, unsigned long effective_tag) {
  uint32_t real, effective, saved;
  if (syscall(get, &real, &effective, &saved)) {
    real = (uint32_t)getauxval(real_tag);
    effective = saved = (uint32_t)getauxval(effective_tag);
  }
  long fs = syscall(set_fs, -1); /* an id that is not valid changes nothing */
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

static void groups(struct buf *b) {
  int room = getgroups(0, NULL);
  AUTO_FREE gid_t *list = xcalloc(room > 0 ? (size_t)room : 1, sizeof *list);
  int count = room > 0 ? getgroups(room, list) : 0;
  json_key(b, "groups");
  json_open(b, '[');
  for (int i = 0; i < count; i++) json_num(b, list[i]);
  json_close(b, ']');
}

static void mask_of_files(struct buf *b, const struct buf *status) {
  long mask = syscall(SYS_umask, 0);
  uint64_t told;
  if (mask >= 0) umask((mode_t)mask);
  else if (status_number(status, "\nUmask:", 8, &told)) mask = (long)told;
  json_key(b, "umask"), json_num(b, mask);
}

static void set(struct buf *b, const char *key, uint64_t mask) {
  json_key(b, key);
  json_open(b, '[');
  for (int i = 0; i < 64; i++) {
    char other[16];
    if (!(mask & (1ULL << i))) continue;
    snprintf(other, sizeof other, "CAP_%d", i);
    json_str(b, i < CAPABILITIES ? capability_names[i] : other);
  }
  json_close(b, ']');
}

/* Asks prctl for each capability; where the first answer is an error, /proc/self/status tells. */
static uint64_t asked(int option, int sub, const struct buf *status, const char *field) {
  uint64_t mask = 0;
  for (unsigned long i = 0; i < 64; i++) {
    int has = sub < 0 ? prctl(option, i, 0, 0, 0) : prctl(option, sub, i, 0, 0);
    if (has < 0 && i == 0) status_number(status, field, 16, &mask);
    if (has < 0) break;
    if (has) mask |= 1ULL << i;
  }
  return mask;
}

static void capabilities(struct buf *b, const struct buf *status) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}, {0}};
  uint64_t effective = 0, permitted = 0, inheritable = 0;
  if (!syscall(SYS_capget, &header, data)) {
    effective = data[0].effective | (uint64_t)data[1].effective << 32;
    permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
  } else {
    status_number(status, "\nCapEff:", 16, &effective);
    status_number(status, "\nCapPrm:", 16, &permitted);
    status_number(status, "\nCapInh:", 16, &inheritable);
  }
  json_key(b, "capabilities");
  json_open(b, '{');
  set(b, "effective", effective);
  set(b, "permitted", permitted);
  set(b, "inheritable", inheritable);
  set(b, "bounding", asked(PR_CAPBSET_READ, -1, status, "\nCapBnd:"));
  set(b, "ambient", asked(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, status, "\nCapAmb:"));
  json_close(b, '}');
}

/* What a process label may look like: SELinux's has at least two colons, the names of AppArmor's profiles seldom any. */
static bool is_selinux(const char *label) {
  const char *colon = strchr(label, ':');
  return colon && strchr(colon + 1, ':');
}

static bool read_label(const char *path, struct buf *text) {
  if (read_file(path, text, 4096)) return false;
  while (text->len && (text->data[text->len - 1] == '\n' || !text->data[text->len - 1])) text->data[--text->len] = 0;
  return text->len > 0;
}

static void labels(struct buf *b) {
  struct buf own = {0}, shared = {0};
  bool has_own = read_label("/proc/self/attr/apparmor/current", &own);
  bool has_shared = read_label("/proc/self/attr/current", &shared);
  bool selinux = has_shared && is_selinux(shared.data);
  json_key(b, "apparmor"), json_str(b, has_own ? own.data : has_shared && !selinux ? shared.data : NULL);
  json_key(b, "selinux"), json_str(b, selinux ? shared.data : NULL);
  buf_free(&own);
  buf_free(&shared);
}

/* The call's answer, else the status field, else null. */
static void number_or_null(struct buf *b, const char *key, int number, const struct buf *status, const char *field) {
  uint64_t told;
  json_key(b, key);
  if (number >= 0) json_num(b, number);
  else if (status_number(status, field, 10, &told)) json_num(b, (long long)told);
  else json_null(b);
}

static void no_new_privileges(struct buf *b, const struct buf *status) {
  int now = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  uint64_t told;
  if (now < 0 && status_number(status, "\nNoNewPrivs:", 10, &told)) now = told != 0;
  json_key(b, "noNewPrivileges");
  if (now < 0) json_null(b);
  else json_bool(b, now == 1);
}

void probe_identity(struct buf *b) {
  struct buf status = {0};
  (void)read_file("/proc/self/status", &status, 65536);
  ids(b, "uid", SYS_getresuid, SYS_setfsuid, AT_UID, AT_EUID);
  ids(b, "gid", SYS_getresgid, SYS_setfsgid, AT_GID, AT_EGID);
  groups(b);
  mask_of_files(b, &status);
  capabilities(b, &status);
  no_new_privileges(b, &status);
  number_or_null(b, "seccompMode", prctl(PR_GET_SECCOMP, 0, 0, 0, 0), &status, "\nSeccomp:");
  number_or_null(b, "seccompFilters", -1, &status, "\nSeccomp_filters:");
  labels(b);
  buf_free(&status);
}
