/** The numbers of a system call; null where the architecture does not have it. */
export interface Syscall {
  readonly x86_64: number;
  readonly aarch64: number | null;
}

/** System calls that tests use: harmless inside a container, whether they succeed or fail. */
export const SYSCALLS = {
  getcwd: { x86_64: 79, aarch64: 17 },
  chdir: { x86_64: 80, aarch64: 49 },
  chmod: { x86_64: 90, aarch64: null },
  fchmodat: { x86_64: 268, aarch64: 53 },
  mkdir: { x86_64: 83, aarch64: null },
  mkdirat: { x86_64: 258, aarch64: 34 },
  unlinkat: { x86_64: 263, aarch64: 35 },
  symlink: { x86_64: 88, aarch64: null },
  symlinkat: { x86_64: 266, aarch64: 36 },
  faccessat: { x86_64: 269, aarch64: 48 },
  dup: { x86_64: 32, aarch64: 23 },
  getpid: { x86_64: 39, aarch64: 172 },
  getppid: { x86_64: 110, aarch64: 173 },
  getuid: { x86_64: 102, aarch64: 174 },
  geteuid: { x86_64: 107, aarch64: 175 },
  getgid: { x86_64: 104, aarch64: 176 },
  getegid: { x86_64: 108, aarch64: 177 },
  gettid: { x86_64: 186, aarch64: 178 },
  getpgid: { x86_64: 121, aarch64: 155 },
  getsid: { x86_64: 124, aarch64: 156 },
  kill: { x86_64: 62, aarch64: 129 },
  setpriority: { x86_64: 141, aarch64: 140 },
  getpriority: { x86_64: 140, aarch64: 141 },
  personality: { x86_64: 135, aarch64: 92 },
  socket: { x86_64: 41, aarch64: 198 },
  socketpair: { x86_64: 53, aarch64: 199 },
  sethostname: { x86_64: 170, aarch64: 161 },
  setdomainname: { x86_64: 171, aarch64: 162 },
  uname: { x86_64: 63, aarch64: 160 },
  umask: { x86_64: 95, aarch64: 166 },
  times: { x86_64: 100, aarch64: 153 },
  sysinfo: { x86_64: 99, aarch64: 179 },
  getrusage: { x86_64: 98, aarch64: 165 },
  prlimit64: { x86_64: 302, aarch64: 261 },
  sched_yield: { x86_64: 24, aarch64: 124 },
  sched_getaffinity: { x86_64: 204, aarch64: 123 },
  sched_setaffinity: { x86_64: 203, aarch64: 122 },
  sched_getscheduler: { x86_64: 145, aarch64: 120 },
  sched_setscheduler: { x86_64: 144, aarch64: 119 },
  ioprio_get: { x86_64: 252, aarch64: 31 },
  ioprio_set: { x86_64: 251, aarch64: 30 },
  unshare: { x86_64: 272, aarch64: 97 },
  setns: { x86_64: 308, aarch64: 268 },
  mount: { x86_64: 165, aarch64: 40 },
  umount2: { x86_64: 166, aarch64: 39 },
  chroot: { x86_64: 161, aarch64: 51 },
  setuid: { x86_64: 105, aarch64: 146 },
  setgid: { x86_64: 106, aarch64: 144 },
  setgroups: { x86_64: 116, aarch64: 159 },
  capget: { x86_64: 125, aarch64: 90 },
  prctl: { x86_64: 157, aarch64: 167 },
  ptrace: { x86_64: 101, aarch64: 117 },
  acct: { x86_64: 163, aarch64: 89 },
  clock_gettime: { x86_64: 228, aarch64: 113 },
  clock_settime: { x86_64: 227, aarch64: 112 },
  getrandom: { x86_64: 318, aarch64: 278 },
  mknod: { x86_64: 133, aarch64: null },
  mknodat: { x86_64: 259, aarch64: 33 },
  chown: { x86_64: 92, aarch64: null },
  fchownat: { x86_64: 260, aarch64: 54 },
  memfd_create: { x86_64: 319, aarch64: 279 },
  add_key: { x86_64: 248, aarch64: 217 },
  keyctl: { x86_64: 250, aarch64: 219 },
  bpf: { x86_64: 321, aarch64: 280 },
  mount_setattr: { x86_64: 442, aarch64: 442 },
  sync: { x86_64: 162, aarch64: 81 },
  setxattr: { x86_64: 188, aarch64: 5 },
} as const satisfies Readonly<Record<string, Syscall>>;

export type SyscallName = keyof typeof SYSCALLS;

export const isSyscallName = (name: string): name is SyscallName => Object.hasOwn(SYSCALLS, name);

/** The number of a system call on an architecture as Node names it (`x64`, `arm64`); null when it is not there or not known. */
export function syscallNumber(name: SyscallName, arch: string): number | null {
  if (arch === "x64" || arch === "x86_64") return SYSCALLS[name].x86_64;
  return arch === "arm64" || arch === "aarch64" ? SYSCALLS[name].aarch64 : null;
}
