/** Callers of the harness, and what the host grants them. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A user whom no system has. */
const USER = 61_234;

/** How a run may be surrounded. */
export interface Surrounding {
  readonly name: string;
  /** An ordinary user starts it; root otherwise. */
  readonly user: boolean;
  /** The ids that the system lends the user; none unless told. */
  readonly lent?: number;
  /** A shell's commands that root carries out before, in a mount namespace of its own. WORK is a directory that everybody may write to. */
  readonly prepare?: string;
  /** What starts the command `"$@"`, as the caller; in words of a shell. */
  readonly wrap?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The harness itself cannot do its part: its exit code, and what its one line says. */
  readonly ends?: { readonly code: number; readonly words: RegExp };
}

const lent = 65_536;

/** Hides the programs of the package uidmap: what stands in their place cannot be executed. */
const HIDE_UIDMAP =
  'for each in newuidmap newgidmap; do at=$(command -v $each) && : >"$WORK/$each" && mount --bind "$WORK/$each" "$at"; done';

export const SURROUNDINGS: readonly Surrounding[] = [
  { name: "root", user: false },
  { name: "user", user: true, lent },
  { name: "no-ids", user: true },
  { name: "no-uidmap", user: true, lent, prepare: HIDE_UIDMAP },
  { name: "ten-ids", user: true, lent: 10 },
  { name: "nice", user: true, lent, wrap: 'exec nice -n 5 "$@"' },
  { name: "nice-no-ids", user: true, wrap: 'exec nice -n 19 "$@"' },
  { name: "idle", user: true, lent, wrap: 'exec chrt --idle 0 "$@"' },
  { name: "batch", user: true, lent, wrap: 'exec chrt --batch 0 "$@"' },
  { name: "ionice-idle", user: true, lent, wrap: 'exec ionice -c 3 "$@"' },
  { name: "ionice-7", user: true, lent, wrap: 'exec ionice -c 2 -n 7 "$@"' },
  { name: "oom-score", user: true, lent, wrap: 'exec choom -n 500 -- "$@"' },
  { name: "oom-score-most", user: true, lent, wrap: 'exec choom -n 1000 -- "$@"' },
  { name: "nofile-soft", user: true, lent, wrap: 'ulimit -Sn 64; exec "$@"' },
  { name: "nofile-hard", user: true, lent, wrap: 'ulimit -n 256; exec "$@"' },
  { name: "nproc", user: true, lent, wrap: 'exec prlimit --nproc=200:200 "$@"' },
  { name: "fsize", user: true, lent, wrap: 'exec prlimit --fsize=33554432 "$@"' },
  { name: "stack", user: true, lent, wrap: 'exec prlimit --stack=1048576:1048576 "$@"' },
  { name: "memlock", user: true, lent, wrap: 'exec prlimit --memlock=0:0 "$@"' },
  { name: "core", user: true, lent, wrap: 'exec prlimit --core=0:0 "$@"' },
  { name: "limits", user: true, lent, wrap: 'exec prlimit --msgqueue=0:0 --sigpending=100:100 --locks=0:0 --rss=0:0 --cpu=3000:3000 "$@"' },
  { name: "umask", user: true, lent, wrap: 'umask 077; exec "$@"' },
  { name: "small-shm", user: true, lent, prepare: "mount -t tmpfs -o size=64k tmpfs /dev/shm" },
  { name: "read-only-home", user: true, lent, prepare: 'mkdir "$WORK/home"; mount -t tmpfs -o ro tmpfs "$WORK/home"' },
  { name: "no-home", user: true, lent, env: { HOME: undefined } },
  {
    name: "tmpdir-elsewhere",
    user: true,
    lent,
    prepare: 'mkdir "$WORK/tmp"; mount -t tmpfs -o mode=1777 tmpfs "$WORK/tmp"',
    env: { TMPDIR: "WORK/tmp" },
  },
  { name: "tmpdir-missing", user: true, lent, env: { TMPDIR: "/nonexistent/tmp" } },
  { name: "tmpdir-not-writable", user: true, lent, env: { TMPDIR: "/proc" } },
  {
    name: "proc-sys-read-only",
    user: true,
    lent,
    prepare: "mount --bind /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys",
    ends: { code: 2, words: /^oci-conform: inconclusive: sandbox: mount proc on \/proc: .*--privileged/ },
  },
  { name: "one-cpu", user: true, lent, wrap: 'exec taskset -c 0 "$@"' },
  { name: "no-new-privs", user: true, lent, wrap: 'exec setpriv --no-new-privs "$@"' },
  { name: "nohup", user: true, lent, wrap: 'exec nohup "$@" </dev/null' },
  {
    name: "ignored-signals",
    user: true,
    lent,
    wrap: 'exec env --ignore-signal=CHLD --ignore-signal=PIPE --ignore-signal=HUP --ignore-signal=USR1 "$@"',
    ends: { code: 2, words: /^oci-conform: inconclusive: sandbox: mount proc on \/proc: .*--privileged/ },
  },
  { name: "blocked-signals", user: true, lent, wrap: 'exec env --block-signal=CHLD --block-signal=TERM --block-signal=USR1 "$@"' },
  { name: "stdin-closed", user: true, lent, wrap: 'exec "$@" <&-' },
  {
    name: "no-namespaces",
    user: true,
    lent,
    wrap: `exec unshare --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"' sh "$@"`,
    ends: { code: 2, words: /^oci-conform: inconclusive: sandbox: make a user namespace: .*user\.max_user_namespaces/ },
  },
  { name: "fake-root", user: true, lent, wrap: 'exec unshare --map-root-user "$@"' },
  { name: "fake-root-many", user: true, lent, wrap: 'exec unshare --map-root-user --map-auto "$@"' },
  { name: "root-nice", user: false, wrap: 'exec nice -n 5 "$@"' },
  ...[
    "sys_admin",
    "mknod",
    "sys_nice",
    "setuid",
    "setgid",
    "net_admin",
    "chown",
    "dac_override",
    "fowner",
    "kill",
    "sys_chroot",
    "setpcap",
    "sys_ptrace",
    "setfcap",
    "fsetid",
    "ipc_lock",
    "audit_write",
    "sys_time",
    "sys_boot",
    "bpf",
    "dac_read_search",
  ].map((name) => ({
    name: `root-without-${name}`,
    user: false,
    wrap: `exec setpriv --bounding-set=-${name} --inh-caps=-all "$@"`,
  })),
];

/** The command line that carries out `oci-conform ARGS` so, and its environment. */
export function commandIn(
  { user, lent: ids, prepare, wrap, env }: Surrounding,
  work: string,
  args: readonly string[],
): { readonly argv: readonly string[]; readonly env: Record<string, string> } {
  chmodSync(work, 0o777);
  const out = join(work, "out");
  mkdirSync(out);
  chmodSync(out, 0o777);
  writeFileSync(join(work, "passwd"), `root:x:0:0::/root:/bin/sh\nconform:x:${USER}:${USER}::${work}/home:/bin/sh\n`);
  writeFileSync(join(work, "group"), `root:x:0:\nconform:x:${USER}:\n`);
  writeFileSync(join(work, "lent"), ids === undefined ? "" : `conform:700000:${ids}\n`);
  const script = [
    "set -eu",
    // A test runner puts its own code into every Node process, which could not write where the runner wants it to.
    "unset NODE_OPTIONS",
    'for each in passwd group; do mount --bind "$WORK/$each" /etc/$each; done',
    'for each in subuid subgid; do [ ! -e /etc/$each ] || mount --bind "$WORK/lent" /etc/$each; done',
    // The package may lie where only root gets.
    `mount --bind "$PACKAGE" /mnt`,
    "cd /mnt",
    prepare ?? "",
    `${user ? `exec setpriv --reuid ${USER} --regid ${USER} --clear-groups --inh-caps=-all` : "exec"} sh -c ${quoted(wrap ?? 'exec "$@"')} sh "$@"`,
  ].join("\n");
  const merged: Record<string, string | undefined> = {
    PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: join(work, "home"),
    WORK: work,
    PACKAGE: ROOT,
    ...env,
  };
  const values = Object.entries(merged).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.replace(/^WORK/, work)]]));
  return {
    argv: [
      "unshare",
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      script,
      "sh",
      process.execPath,
      "build/cli/main.js",
      ...args,
      "--out",
      out,
    ],
    env: Object.fromEntries(values),
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
