/* Names of errnos, signals, capabilities and rlimits. */
#include "names.h"

#include <errno.h>
#include <signal.h>

#include "c/buf.h"

#define NAME(symbol) [symbol] = #symbol

static const char *const errnos[] = {
    NAME(EPERM),           NAME(ENOENT),       NAME(ESRCH),        NAME(EINTR),        NAME(EIO),         NAME(ENXIO),
    NAME(E2BIG),           NAME(ENOEXEC),      NAME(EBADF),        NAME(ECHILD),       NAME(EAGAIN),      NAME(ENOMEM),
    NAME(EACCES),          NAME(EFAULT),       NAME(ENOTBLK),      NAME(EBUSY),        NAME(EEXIST),      NAME(EXDEV),
    NAME(ENODEV),          NAME(ENOTDIR),      NAME(EISDIR),       NAME(EINVAL),       NAME(ENFILE),      NAME(EMFILE),
    NAME(ENOTTY),          NAME(ETXTBSY),      NAME(EFBIG),        NAME(ENOSPC),       NAME(ESPIPE),      NAME(EROFS),
    NAME(EMLINK),          NAME(EPIPE),        NAME(EDOM),         NAME(ERANGE),       NAME(EDEADLK),     NAME(ENAMETOOLONG),
    NAME(ENOLCK),          NAME(ENOSYS),       NAME(ENOTEMPTY),    NAME(ELOOP),        NAME(ENOMSG),      NAME(EIDRM),
    NAME(ENODATA),         NAME(ETIME),        NAME(EPROTO),       NAME(EBADMSG),      NAME(EOVERFLOW),   NAME(EUSERS),
    NAME(ENOTSOCK),        NAME(EDESTADDRREQ), NAME(EMSGSIZE),     NAME(EPROTOTYPE),   NAME(ENOPROTOOPT), NAME(EPROTONOSUPPORT),
    NAME(ESOCKTNOSUPPORT), NAME(EOPNOTSUPP),   NAME(EPFNOSUPPORT), NAME(EAFNOSUPPORT), NAME(EADDRINUSE),  NAME(EADDRNOTAVAIL),
    NAME(ENETDOWN),        NAME(ENETUNREACH),  NAME(ENETRESET),    NAME(ECONNABORTED), NAME(ECONNRESET),  NAME(ENOBUFS),
    NAME(EISCONN),         NAME(ENOTCONN),     NAME(ETIMEDOUT),    NAME(ECONNREFUSED), NAME(EHOSTDOWN),   NAME(EHOSTUNREACH),
    NAME(EALREADY),        NAME(EINPROGRESS),  NAME(ESTALE),       NAME(EDQUOT),       NAME(ECANCELED),   NAME(EKEYEXPIRED),
    NAME(EKEYREVOKED),     NAME(EOWNERDEAD),
};

static const char *const signals[] = {
    NAME(SIGHUP),  NAME(SIGINT),    NAME(SIGQUIT), NAME(SIGILL),   NAME(SIGTRAP), NAME(SIGABRT), NAME(SIGBUS),  NAME(SIGFPE),
    NAME(SIGKILL), NAME(SIGUSR1),   NAME(SIGSEGV), NAME(SIGUSR2),  NAME(SIGPIPE), NAME(SIGALRM), NAME(SIGTERM), NAME(SIGSTKFLT),
    NAME(SIGCHLD), NAME(SIGCONT),   NAME(SIGSTOP), NAME(SIGTSTP),  NAME(SIGTTIN), NAME(SIGTTOU), NAME(SIGURG),  NAME(SIGXCPU),
    NAME(SIGXFSZ), NAME(SIGVTALRM), NAME(SIGPROF), NAME(SIGWINCH), NAME(SIGIO),   NAME(SIGPWR),  NAME(SIGSYS),
};

const char *const capability_names[CAPABILITIES] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

const char *const rlimit_names[RLIMITS] = {
    "RLIMIT_CPU",      "RLIMIT_FSIZE",  "RLIMIT_DATA",    "RLIMIT_STACK",  "RLIMIT_CORE",  "RLIMIT_RSS",
    "RLIMIT_NPROC",    "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS",     "RLIMIT_LOCKS", "RLIMIT_SIGPENDING",
    "RLIMIT_MSGQUEUE", "RLIMIT_NICE",   "RLIMIT_RTPRIO",  "RLIMIT_RTTIME",
};

static const char *numbered(const char *prefix, int number) {
  static struct buf text;
  text.len = 0;
  buf_fmt(&text, "%s%d", prefix, number);
  return text.data;
}

const char *errno_name(int number) {
  if (number == 0) return "0";
  if (number > 0 && number < (int)(sizeof errnos / sizeof *errnos) && errnos[number]) return errnos[number];
  return numbered("errno ", number);
}

const char *signal_name(int number) {
  if (number > 0 && number < (int)(sizeof signals / sizeof *signals) && signals[number]) return signals[number];
  return numbered("signal ", number);
}
