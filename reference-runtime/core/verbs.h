/* The steps of a plan by verb, and the names of their arguments: the same as in plan.ts. */
#ifndef VERBS_H
#define VERBS_H

/* Name, arguments: s text, n number, x text in hexadecimal. */
/* clang-format off */
#define VERBS(V) \
  V(STATE, "state", "s") \
  V(FAULT, "fault", "s") \
  V(NAMESPACE, "namespace", "s") \
  V(JOIN, "join", "ss") \
  V(MAP, "map", "snnn") \
  V(MAP_BY_HELPER, "map-by-helper", "") \
  V(DENY_SETGROUPS, "deny-setgroups", "") \
  V(TIME_OFFSET, "time-offset", "snn") \
  V(CGROUP, "cgroup", "sss") \
  V(CGROUP_ENABLE, "cgroup-enable", "sss") \
  V(CPUSET_INHERIT, "cpuset-inherit", "ss") \
  V(CGROUP_WRITE, "cgroup-write", "sss") \
  V(DEVICE_PROGRAM, "device-program", "sx") \
  V(CGROUP_OWNER, "cgroup-owner", "snn") \
  V(FREEZER, "freezer", "ssss") \
  V(RESCTRL, "resctrl", "sn") \
  V(RESCTRL_WRITE, "resctrl-write", "sss") \
  V(RESCTRL_JOIN, "resctrl-join", "s") \
  V(NET_DEVICE, "net-device", "ss") \
  V(HOSTNAME, "hostname", "s") \
  V(DOMAINNAME, "domainname", "s") \
  V(SYSCTL, "sysctl", "ss") \
  V(ROOT, "root", "sn") \
  V(MOUNT, "mount", "sssns") \
  V(BIND, "bind", "ssn") \
  V(IDMAP, "idmap", "snss") \
  V(REMOUNT, "remount", "sns") \
  V(MOUNT_ATTRIBUTES, "mount-attributes", "snnn") \
  V(PROPAGATE, "propagate", "sn") \
  V(COPY_UP, "copy-up", "s") \
  V(DEVICE, "device", "ssnnnnnn") \
  V(SYMLINK, "symlink", "ss") \
  V(ENTER, "enter", "s") \
  V(MASK, "mask", "s") \
  V(READONLY, "readonly", "s") \
  V(ROOT_READONLY, "root-readonly", "") \
  V(ROOT_PROPAGATION, "root-propagation", "n") \
  V(TERMINAL, "terminal", "nn") \
  V(ARG, "arg", "s") \
  V(ENV, "env", "s") \
  V(CWD, "cwd", "s") \
  V(USER, "user", "nn") \
  V(GROUP, "group", "n") \
  V(UMASK, "umask", "n") \
  V(RLIMIT, "rlimit", "nnn") \
  V(CAPABILITIES, "capabilities", "") \
  V(CAPABILITY, "capability", "sns") \
  V(NO_NEW_PRIVILEGES, "no-new-privileges", "") \
  V(OOM_SCORE_ADJ, "oom-score-adj", "n") \
  V(SCHEDULER, "scheduler", "nnnnnnn") \
  V(IO_PRIORITY, "io-priority", "n") \
  V(AFFINITY, "affinity", "ss") \
  V(PERSONALITY, "personality", "n") \
  V(MEMORY_POLICY, "memory-policy", "ns") \
  V(APPARMOR, "apparmor", "s") \
  V(SELINUX, "selinux", "s") \
  V(SECCOMP, "seccomp", "nx") \
  V(LISTENER, "listener", "ss") \
  V(HOOK, "hook", "ssn") \
  V(HOOK_ARG, "hook-arg", "s") \
  V(HOOK_ENV, "hook-env", "s")
/* clang-format on */

#define VERB_ENUM(id, name, args) V_##id,
enum verb { VERBS(VERB_ENUM) VERB_COUNT };

enum { MAX_ARGS = 8 };

/* Where an argument is: that of a verb that has one alone, and then those of all others. */
enum { ONLY };
enum { JOIN_TYPE, JOIN_PATH };
enum { MAP_KIND, MAP_CONTAINER, MAP_HOST, MAP_SIZE };
enum { TIME_OFFSET_CLOCK, TIME_OFFSET_SECONDS, TIME_OFFSET_NANOSECONDS };
enum { CGROUP_KIND, CGROUP_DIRECTORY, CGROUP_MOUNT };
enum { CGROUP_ENABLE_CONTROLLER, CGROUP_ENABLE_DIRECTORY, CGROUP_ENABLE_MOUNT };
enum { CPUSET_INHERIT_DIRECTORY, CPUSET_INHERIT_MOUNT };
enum { CGROUP_WRITE_DIRECTORY, CGROUP_WRITE_FILE, CGROUP_WRITE_VALUE };
enum { DEVICE_PROGRAM_DIRECTORY, DEVICE_PROGRAM_INSTRUCTIONS };
enum { CGROUP_OWNER_DIRECTORY, CGROUP_OWNER_UID, CGROUP_OWNER_GID };
enum { FREEZER_DIRECTORY, FREEZER_FILE, FREEZER_FROZEN, FREEZER_THAWED };
enum { RESCTRL_DIRECTORY, RESCTRL_OWN };
enum { RESCTRL_WRITE_DIRECTORY, RESCTRL_WRITE_FILE, RESCTRL_WRITE_VALUE };
enum { NET_DEVICE_NAME, NET_DEVICE_NEW_NAME };
enum { SYSCTL_PATH, SYSCTL_VALUE };
enum { ROOT_PATH, ROOT_PROPAGATION };
enum { MOUNT_TYPE, MOUNT_SOURCE, MOUNT_DESTINATION, MOUNT_FLAGS, MOUNT_DATA };
enum { BIND_SOURCE, BIND_DESTINATION, BIND_RECURSIVE };
enum { IDMAP_DESTINATION, IDMAP_RECURSIVE, IDMAP_UIDS, IDMAP_GIDS };
enum { REMOUNT_DESTINATION, REMOUNT_FLAGS, REMOUNT_DATA };
enum { MOUNT_ATTRIBUTES_DESTINATION, MOUNT_ATTRIBUTES_RECURSIVE, MOUNT_ATTRIBUTES_SET, MOUNT_ATTRIBUTES_CLEAR };
enum { PROPAGATE_DESTINATION, PROPAGATE_FLAGS };
enum { DEVICE_PATH, DEVICE_TYPE, DEVICE_MAJOR, DEVICE_MINOR, DEVICE_MODE, DEVICE_UID, DEVICE_GID, DEVICE_FALLBACK };
enum { SYMLINK_TARGET, SYMLINK_PATH };
enum { TERMINAL_ROWS, TERMINAL_COLUMNS };
enum { USER_UID, USER_GID };
enum { RLIMIT_RESOURCE, RLIMIT_SOFT, RLIMIT_HARD };
enum { CAPABILITY_SET, CAPABILITY_NUMBER, CAPABILITY_NAME };
enum { SCHEDULER_POLICY, SCHEDULER_NICE, SCHEDULER_PRIORITY, SCHEDULER_FLAGS, SCHEDULER_RUNTIME, SCHEDULER_DEADLINE, SCHEDULER_PERIOD };
enum { AFFINITY_WHEN, AFFINITY_CPUS };
enum { MEMORY_POLICY_MODE, MEMORY_POLICY_NODES };
enum { SECCOMP_FLAGS, SECCOMP_INSTRUCTIONS };
enum { LISTENER_PATH, LISTENER_STATE };
enum { HOOK_KIND, HOOK_PATH, HOOK_TIMEOUT };

/* DEVICE_TYPE, and what is bind mounted where the kernel forbids mknod(2). */
#define DEVICE_TYPE_CHAR "c"
#define DEVICE_TYPE_BLOCK "b"
#define DEVICE_TYPE_FIFO "p"
enum device_fallback {
  DEVICE_FALLBACK_NONE,
  DEVICE_FALLBACK_ANY, /* the host's, whatever its mode and owner */
  DEVICE_FALLBACK_HOST /* the host's */
};

/* CGROUP_KIND, AFFINITY_WHEN, and what `enter` may be. */
#define CGROUP_V2 "v2"
#define AFFINITY_FINAL "final"
#define ENTER_PIVOT "pivot"
#define ENTER_CHROOT "chroot"

#endif
