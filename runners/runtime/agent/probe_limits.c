/* How the process may run: rlimits, scheduling, affinity, personality, clocks, memory policy, uname. */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "c/buf.h"
#include "c/file.h"
#include "names.h"
#include "probe.h"

static void rlimits(struct buf *b) {
  json_key(b, "rlimits");
  json_open(b, '{');
  for (int i = 0; i < RLIMITS; i++) {
    struct {
      uint64_t soft, hard;
    } limit;
    if (syscall(SYS_prlimit64, 0, i, NULL, &limit)) continue;
    json_key(b, rlimit_names[i]);
    json_open(b, '{');
    json_key(b, "soft"), json_u64str(b, limit.soft);
    json_key(b, "hard"), json_u64str(b, limit.hard);
    json_close(b, '}');
  }
  json_close(b, '}');
}

/* sched_getattr(2)'s structure, first version. */
struct attributes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

static void scheduler(struct buf *b) {
  static const char *const policies[] = {"SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",       "SCHED_BATCH",
                                         "SCHED_ISO",   "SCHED_IDLE", "SCHED_DEADLINE", "SCHED_EXT"};
  struct attributes a = {.size = sizeof a};
  json_key(b, "scheduler");
  if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0)) return json_null(b);
  /* The attributes have a nice value under the fair policies only; this call always tells it, as 20 - nice. */
  long level = syscall(SYS_getpriority, PRIO_PROCESS, 0);
  json_open(b, '{');
  json_key(b, "policy"), json_str(b, a.policy < sizeof policies / sizeof *policies ? policies[a.policy] : "unknown");
  json_key(b, "flags"), json_num(b, (long long)a.flags);
  json_key(b, "nice"), json_num(b, level > 0 ? 20 - level : a.nice);
  json_key(b, "priority"), json_num(b, a.priority);
  json_key(b, "runtime"), json_u64str(b, a.runtime);
  json_key(b, "deadline"), json_u64str(b, a.deadline);
  json_key(b, "period"), json_u64str(b, a.period);
  json_close(b, '}');
}

static void io_priority(struct buf *b) {
  static const char *const classes[] = {"IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"};
  long value = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);
  json_key(b, "ioPriority");
  if (value < 0 || (value >> 13 & 7) > 3) return json_null(b);
  json_open(b, '{');
  json_key(b, "class"), json_str(b, classes[value >> 13 & 7]);
  json_key(b, "priority"), json_num(b, value & 7);
  json_close(b, '}');
}

static void affinity(struct buf *b) {
  unsigned char mask[1024] = {0};
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  json_key(b, "affinity");
  if (bytes < 0) return json_null(b);
  json_open(b, '[');
  for (int cpu = 0; cpu < bytes * 8; cpu++)
    if (mask[cpu / 8] & 1 << cpu % 8) json_num(b, cpu);
  json_close(b, ']');
}

static void memory_policy(struct buf *b) {
  int mode = 0;
  unsigned long mask[16] = {0};
  json_key(b, "memoryPolicy");
  if (syscall(SYS_get_mempolicy, &mode, mask, sizeof mask * 8, NULL, 0)) return json_null(b);
  json_open(b, '{');
  json_key(b, "mode"), json_num(b, mode);
  json_key(b, "nodes");
  json_open(b, '[');
  for (size_t node = 0; node < sizeof mask * 8; node++)
    if (mask[node / (8 * sizeof *mask)] & 1UL << node % (8 * sizeof *mask)) json_num(b, (long long)node);
  json_close(b, ']');
  json_close(b, '}');
}

static void clock_of(struct buf *b, const char *key, clockid_t id) {
  struct timespec t = {0};
  clock_gettime(id, &t);
  json_key(b, key);
  json_u64str(b, (unsigned long long)t.tv_sec * 1000000000u + (unsigned long long)t.tv_nsec);
}

static void file_number(struct buf *b, const char *key, const char *path) {
  struct buf text = {0};
  json_key(b, key);
  if (read_file(path, &text, 64) || !text.len) json_null(b);
  else json_num(b, strtoll(text.data, NULL, 10));
  buf_free(&text);
}

void probe_limits(struct buf *b) {
  rlimits(b);
  file_number(b, "oomScoreAdj", "/proc/self/oom_score_adj");
  scheduler(b);
  io_priority(b);
  affinity(b);
  memory_policy(b);
  long persona = syscall(SYS_personality, 0xffffffffUL);
  json_key(b, "personality");
  if (persona < 0) json_null(b);
  else json_num(b, persona);
  struct utsname name = {0};
  (void)uname(&name);
  json_key(b, "uname");
  json_open(b, '{');
  json_key(b, "sysname"), json_str(b, name.sysname);
  json_key(b, "nodename"), json_str(b, name.nodename);
  json_key(b, "release"), json_str(b, name.release);
  json_key(b, "machine"), json_str(b, name.machine);
  json_key(b, "domainname"), json_str(b, name.domainname);
  json_close(b, '}');
  json_key(b, "clocks");
  json_open(b, '{');
  clock_of(b, "realtime", CLOCK_REALTIME);
  clock_of(b, "monotonic", CLOCK_MONOTONIC);
  clock_of(b, "boottime", CLOCK_BOOTTIME);
  json_close(b, '}');
}
