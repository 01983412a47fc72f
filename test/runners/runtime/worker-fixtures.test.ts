import { accessSync, constants } from "node:fs";
import t from "tap";

import type { Action } from "../../../runners/runtime/protocol.js";
import { ask, command, only, said, sh, start, withoutRoot } from "./worker-fixture.js";

const FIXTURES = "/run/oci-conform/case/fixtures";
const AGENT = "/run/oci-conform/agent";
const fixtures: Action = { do: "mkdir", path: FIXTURES, mode: 0o755, uid: 0, gid: 0 };

/** sendmsg's number; the test's peer is a script, which must call it by number. */
const SENDMSG: Readonly<Record<string, number>> = { x64: 46, arm64: 211, riscv64: 211 };
const PERL = "/usr/bin/perl";
const withoutPeer = ((): string | false => {
  if (SENDMSG[process.arch] === undefined) return "the peer does not know this machine's system calls";
  try {
    accessSync(PERL, constants.X_OK);
    return false;
  } catch {
    return "needs perl";
  }
})();

/** Connects to a socket, and knows `give(payload, descriptors…)`; then does what the script says. */
const peer = (path: string, script: string, more: Partial<Extract<Action, { do: "run" }>> = {}): Action =>
  command(
    [
      PERL,
      "-e",
      `use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_un($ARGV[0])) or die "connect: $!";
      sub give {
        my ($payload, @fds) = @_;
        my $iov = pack("PQ", $payload, length $payload);
        my $control = @fds ? pack("QII", 16 + 4 * @fds, 1, 1) . pack("i*", @fds) : "";
        $control .= "\\0" x (-length($control) % 8);
        my $message = pack("QLx4PQPQLx4", 0, 0, $iov, 1, $control, length $control, 0);
        syscall(${SENDMSG[process.arch] ?? 0}, fileno $s, $message, 0) == length $payload or die "sendmsg: $!";
      }
      ${script}`,
      path,
    ],
    more,
  );

t.test("a namespace of each type is new, and can be joined by its path", { skip: withoutRoot }, async (t) => {
  const worker = await start(t);
  const types = { network: "net", mount: "mount", ipc: "ipc", uts: "uts", user: "user", cgroup: "cgroup", pid: "pid" } as const;
  const links: Readonly<Record<string, string>> = { net: "net", mount: "mnt", pid: "pid" };
  const [, ...answers] = await worker.run([
    fixtures,
    ...Object.keys(types).map((type): Action => ({ do: "namespace", path: `${FIXTURES}/${type}`, type })),
    ...Object.entries(types).map(([type, flag]) =>
      sh(
        `nsenter --${flag}=${FIXTURES}/${type} readlink /proc/self/ns/${links[flag] ?? flag}; readlink /proc/self/ns/${links[flag] ?? flag}`,
      ),
    ),
    sh(`nsenter --user=${FIXTURES}/user sh -c 'cat /proc/self/uid_map /proc/self/gid_map; id -u'`),
    sh(`nsenter --pid=${FIXTURES}/pid sh -c 'kill -0 1 && [ $$ -gt 1 ] && echo there'`),
  ]);
  const count = Object.keys(types).length;
  for (const [at, type] of Object.keys(types).entries()) {
    t.equal(answers[at]?.kind, "ok", type);
    if (type === "pid") continue; // The sandbox's /proc does not show the PIDs of another namespace.
    const [joined, own] = said(answers[count + at]).split("\n");
    t.match(joined, /^\w+:\[\d+\]$/, type);
    t.not(joined, own, `${type} is new`);
  }
  t.match(said(answers[2 * count]), /^\s*0\s+0\s+65536\n\s*0\s+0\s+65536\n0$/);
  t.equal(said(answers[2 * count + 1]), "there", "a pid namespace has an init");
});

t.test("a time namespace takes effect on those who join it", { skip: withoutRoot }, async (t) => {
  const worker = await start(t);
  const [, made, joined] = await worker.run([
    fixtures,
    { do: "namespace", path: `${FIXTURES}/time`, type: "time" },
    sh(`stat -Lc %i ${FIXTURES}/time; stat -Lc %i /proc/self/ns/time`),
  ]);
  if (made?.kind === "error") return t.equal(made.errno, "EINVAL", "the kernel has no time namespaces");
  const [path, own] = said(joined).split("\n");
  return t.not(path, own);
});

t.test("a shell makes the same fixtures, and they stay", { skip: withoutRoot }, async (t) => {
  const worker = await start(t);
  const [, ran] = await worker.run([
    fixtures,
    sh(`${AGENT} do namespace pid ${FIXTURES}/pid; ${AGENT} do namespace uts ${FIXTURES}/uts
      nsenter --pid=${FIXTURES}/pid --uts=${FIXTURES}/uts sh -c 'hostname inside; kill -0 1; hostname'; hostname
      mkdir ${FIXTURES}/m; ${AGENT} do mount tmpfs ${FIXTURES}/m tmpfs 1 mode=711; stat -c %a ${FIXTURES}/m; touch ${FIXTURES}/m/f || echo ro
      ${AGENT} do interface octest5 192.0.2.5/30; grep -c octest5 /proc/net/dev
      ${AGENT} do nonsense || echo $?`),
  ]);
  t.equal(said(ran), "inside\noci-conform\n711\nro\n2\n64");
});

/** Makes a pseudoterminal of that size: `$m` is its master, `$t` its slave. */
const terminal = (rows: number, columns: number): string => `
    my ($unlock, $n, $size) = (pack("i", 0), pack("i", 0), pack("S4", ${rows}, ${columns}, 0, 0));
    open(my $m, "+<", "/dev/ptmx") or die "ptmx: $!";
    ioctl($m, 0x40045431, $unlock) && ioctl($m, 0x80045430, $n) && ioctl($m, 0x5414, $size) or die "ioctl: $!";
    open(my $t, "+<", "/dev/pts/" . unpack("i", $n)) or die "slave: $!";`;

t.test("a terminal's size and output are those of its container", { skip: withoutPeer }, async (t) => {
  const worker = await start(t);
  const script = `
    ${terminal(17, 133)}
    give("/dev/pts/x", fileno $m, 1);
    close $m; syswrite $t, "from the terminal\\n";`;
  const [, , none, ran, line, size, other, output, end] = await worker.run([
    fixtures,
    { do: "console", path: `${FIXTURES}/console`, slot: 3 },
    { do: "terminal", slot: 3 },
    peer(`${FIXTURES}/console`, script),
    { do: "await-line", slot: 3, mark: "from", pid: "1", timeoutMs: 20_000 },
    { do: "terminal", slot: 3 },
    { do: "terminal", slot: 2 },
    { do: "output", slot: 3, timeoutMs: 20_000 },
    { do: "clean" },
  ]);
  t.equal(none?.kind, "ok", "no terminal yet");
  said(ran);
  t.match(line, { outcome: "ready" });
  t.match(size, { kind: "terminal", rows: 17, columns: 133 });
  t.equal(other?.kind, "ok", "another slot has none");
  t.equal(only("output", output).stdout.toString("utf8"), "from the terminal\r\n");
  t.equal(only("output", output).ended, true, "nobody has the other side any more");
  t.match(end, { kind: "cleaned", processes: [] });
});

t.test("who sends no terminal leaves none", { skip: withoutPeer }, async (t) => {
  const worker = await start(t);
  const [, , one, two, none] = await worker.run([
    fixtures,
    { do: "console", path: `${FIXTURES}/console`, slot: 0 },
    peer(`${FIXTURES}/console`, 'give("no descriptor")'),
    peer(`${FIXTURES}/console`, ""),
    { do: "terminal", slot: 0 },
  ]);
  said(one);
  said(two);
  t.equal(none?.kind, "ok");
});

t.test("agent console shows what arrives on a terminal", { skip: withoutPeer }, async (t) => {
  const worker = await start(t);
  const script = `
    ${terminal(3, 5)}
    give("x", fileno $m); close $m; syswrite $t, "hello\\n";`;
  const [, , , ran, shown] = await worker.run([
    fixtures,
    command([AGENT, "console", `${FIXTURES}/c`], { background: "console" }),
    sh(`until [ -S ${FIXTURES}/c ]; do :; done`),
    peer(`${FIXTURES}/c`, script),
    { do: "join", key: "console" },
  ]);
  said(ran);
  t.match(said(shown), /^terminal of 3 rows, 5 columns\nhello$/m);
});

t.test(
  "a seccomp agent keeps all that it is sent, and tells a descriptor from a notification descriptor",
  { skip: withoutPeer },
  async (t) => {
    const worker = await start(t);
    const path = `${FIXTURES}/agent`;
    const [, , none, one, two, sent, , after] = await worker.run([
      fixtures,
      { do: "seccomp-agent", path, errno: 38 },
      { do: "seccomp-deliveries" },
      peer(path, 'give("{\\"part\\":"); give("1}", 0, 1)'),
      peer(path, 'give("x" x 70000, 1)'),
      { do: "seccomp-deliveries" },
      { do: "clean" },
      { do: "seccomp-deliveries" },
    ]);
    t.same(only("seccomp", none).deliveries, []);
    said(one);
    said(two);
    const [first, second, ...more] = only("seccomp", sent).deliveries;
    t.same(more, []);
    t.match(first, { path, closedByRuntime: true, isNotifyFd: false, notifications: [] });
    t.equal(first?.payload.toString("utf8"), '{"part":1}');
    t.same(
      first?.fdsPerMessage.filter((count) => count > 0),
      [2],
    );
    t.equal(second?.payload.length, 70_000);
    t.same(only("seccomp", after).deliveries, [], "the next case begins anew");
  },
);

t.test("a notification is answered, with an errno or with leave to go on", { skip: withoutPeer }, async (t) => {
  const worker = await start(t);
  // seccomp(SET_MODE_FILTER, NEW_LISTENER): notify on sethostname, allow the rest; then hand the listener over and call it.
  const [seccomp, sethostname] = process.arch === "x64" ? [317, 170] : [277, 161];
  const script = `
    my $code = pack("SCCL", 0x20, 0, 0, 0) . pack("SCCL", 0x15, 0, 1, ${sethostname}) . pack("SCCL", 6, 0, 0, 0x7fc00000) . pack("SCCL", 6, 0, 0, 0x7fff0000);
    my $program = pack("Sx6P", 4, $code);
    my $fd = syscall(${seccomp}, 1, 8, $program); $fd >= 0 or die "seccomp: $!";
    give("state", $fd); shutdown($s, 2); close $s;
    my $name = "notified"; my $r = syscall(${sethostname}, $name, length $name); print $r == 0 ? "went on" : 0 + $!;`;
  for (const [errno, expected] of [
    [38, "38"],
    [0, "went on"],
  ] as const) {
    const path = `${FIXTURES}/agent`;
    const [, , ran, deliveries] = await worker.run([
      fixtures,
      { do: "seccomp-agent", path, errno },
      peer(path, script),
      { do: "seccomp-deliveries" },
      { do: "clean" },
    ]);
    t.equal(said(ran), expected);
    const [delivery] = only("seccomp", deliveries).deliveries;
    t.match(delivery, { isNotifyFd: true, closedByRuntime: true, notifications: [sethostname] });
  }
  t.equal(await ask(worker, "hostname"), "oci-conform");
});
