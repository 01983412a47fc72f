import t from "tap";

import type { Answer } from "../../../runners/runtime/protocol.js";
import type { Worker } from "../../../runners/runtime/worker.js";
import { ask, hierarchies, only, said, sh, start, withoutCgroups, withoutRoot } from "./worker-fixture.js";

const AT = "/run/oci-conform/case";
/** The directory of the case before is removed when a command is waited for. */
const REMOVED = `while test -e ${AT}/../remains; do :; done`;
const NOTHING = { processes: [], mounts: [], cgroups: [], interfaces: [], devices: [] };

/** Carries a script out and cleans up after it; what was reported, without its kind. */
async function cleanedAfter(worker: Worker, script: string): Promise<Omit<Extract<Answer, { kind: "cleaned" }>, "kind">> {
  const [ran, cleaned] = await worker.run([sh(script), { do: "clean" }]);
  said(ran);
  const { kind: _kind, ...report } = only("cleaned", cleaned);
  return report;
}

const clean = (worker: Worker): ReturnType<typeof cleanedAfter> => cleanedAfter(worker, "true");

t.test("a command that leaves nothing is said to leave nothing", async (t) => {
  const worker = await start(t);
  t.same(await cleanedAfter(worker, "sleep 0 & wait"), NOTHING);
});

t.test("what a command leaves running is told by name, and ended", async (t) => {
  const worker = await start(t);
  const left = await cleanedAfter(worker, "setsid sleep 1000 & (trap '' TERM HUP; exec tail -f /dev/null) &");
  t.same(left.processes.map(({ comm }) => comm).sort(), ["sleep", "tail"]);
  t.same({ ...left, processes: [] }, NOTHING);
  t.same(await clean(worker), NOTHING, "once");
  t.equal(await ask(worker, "cat /proc/[0-9]*/comm | grep -cE 'sleep|tail' || true"), "0");
});

t.test("mounts are told, and undone", async (t) => {
  const worker = await start(t);
  const left = await cleanedAfter(
    worker,
    `mkdir -p "${AT}/a b/c"; mount -t tmpfs x "${AT}/a b"; mkdir "${AT}/a b/c"; mount -t tmpfs y "${AT}/a b/c"; mount --bind /etc /mnt`,
  );
  t.same([...left.mounts].sort(), ["/mnt", `${AT}/a b`, `${AT}/a b/c`]);
  t.same(await clean(worker), NOTHING);
  t.equal(await ask(worker, `ls -A ${AT}; mountpoint -q /mnt || echo free`), "free");
});

t.test("what was made in /dev is removed", async (t) => {
  const worker = await start(t);
  t.same(await cleanedAfter(worker, "mkdir -p /dev/new/below; touch /dev/file; ln -s /etc /dev/etc"), NOTHING);
  t.equal(await ask(worker, "ls -d /dev/new /dev/file /dev/etc 2>&1 | grep -vc 'cannot access' || true; test -e /etc/passwd"), "0");
});

t.test("the directory of the case, and what a runtime keeps in /run, are emptied", async (t) => {
  const worker = await start(t);
  const script = `mkdir -p ${AT}/d/e /run/state/x; ln -s /etc ${AT}/d/etc; chmod 0 ${AT}/d; touch /run/file /dev/shm/f; mkfifo ${AT}/p`;
  t.same(await cleanedAfter(worker, script), NOTHING);
  t.equal(
    await ask(worker, `${REMOVED}; ls -A ${AT} /dev/shm; ls -A /run /run/oci-conform; stat -c %a ${AT}; test -e /etc/passwd`),
    [...["/dev/shm:", "", `${AT}:`, "/run:", ".overlay", "oci-conform", "", "/run/oci-conform:", "agent", "case", "755"]].join("\n"),
  );
});

t.test("what a command puts where the last case's directory is moved to is removed as well", async (t) => {
  const worker = await start(t);
  for (const made of ["mkdir -p remains/x/y", "touch remains", "ln -s /etc remains", "rm -r case", "mv case remains"]) {
    t.same(await cleanedAfter(worker, `touch ${AT}/f; cd ${AT}/..; ${made}`), NOTHING, made);
    t.equal(await ask(worker, `${REMOVED}; ls -A ${AT} ${AT}/..; test -e /etc/passwd`), `${AT}:\n\n${AT}/..:\nagent\ncase`, made);
  }
});

t.test("interfaces are told, and deleted; those of fixtures are only deleted", async (t) => {
  const worker = await start(t);
  const [made, shown, cleaned] = await worker.run([
    { do: "interface", name: "octest0", addresses: ["192.0.2.1/24", "2001:db8::1/64"] },
    sh("/run/oci-conform/agent do interface octest1 192.0.2.9/24; cat /proc/net/dev /proc/net/fib_trie /proc/net/if_inet6"),
    { do: "clean" },
  ]);
  t.equal(made?.kind, "ok");
  const seen = said(shown);
  for (const part of [/octest0:/, /octest0p:/, /192\.0\.2\.1\b/, /20010db8000000000000000000000001 \S+ 40/]) t.match(seen, part);
  t.same([...only("cleaned", cleaned).interfaces].sort(), ["octest1", "octest1p"]);
  t.equal(await ask(worker, "tail -n +3 /proc/net/dev | cut -d: -f1 | grep -c octest || true"), "0");
});

t.test("an interface may be made again at once, wherever the last one went", async (t) => {
  const worker = await start(t);
  const elsewhere = `unshare --net sh -c 'touch ${AT}/there; exec sleep 1000' & until [ -e ${AT}/there ]; do :; done`;
  for (let round = 0; round < 5; round++) {
    const [made, , report] = await worker.run([{ do: "interface", name: "octest0", addresses: [] }, sh(elsewhere), { do: "clean" }]);
    t.equal(made?.kind, "ok");
    t.same(only("cleaned", report).interfaces, []);
  }
});

t.test("cgroups are told and removed with whoever is in them; those of fixtures are only removed", { skip: withoutCgroups }, async (t) => {
  const worker = await start(t, "host");
  const roots = hierarchies.map(({ path }) => path);
  const enter = roots
    .map((path) => `mkdir -p ${path}/left/below; sleep 1000 & echo $! > ${path}/left/below/cgroup.procs || true`)
    .join("\n");
  const [made, ran, cleaned] = await worker.run([{ do: "cgroup", path: "/mine/own" }, sh(enter), { do: "clean" }]);
  t.equal(made?.kind, "ok");
  said(ran);
  t.same([...only("cleaned", cleaned).cgroups].sort(), roots.flatMap((path) => [`${path}/left`, `${path}/left/below`]).sort());
  t.same(await clean(worker), NOTHING);
  t.equal(
    await ask(worker, `ls -d ${roots.map((path) => `${path}/left ${path}/mine`).join(" ")} 2>&1 | grep -vc 'cannot access' || true`),
    "0",
  );
});

const freezer = hierarchies.find(({ path }) => path.endsWith("/freezer"))?.path;

t.test("a frozen process is ended, too", { skip: withoutCgroups || (freezer ? false : "the host has no v1 freezer") }, async (t) => {
  const worker = await start(t, "host");
  const group = `${freezer}/cold`;
  const left = await cleanedAfter(
    worker,
    `mkdir ${group}; sleep 1000 & echo $! > ${group}/cgroup.procs
    echo FROZEN > ${group}/freezer.state; until grep -q FROZEN ${group}/freezer.state; do :; done`,
  );
  t.same(left.cgroups, [group]);
  t.same(await clean(worker), NOTHING);
});

t.test("fixtures are no leftovers", async (t) => {
  const worker = await start(t);
  const answers = await worker.run([
    { do: "mkdir", path: `${AT}/fixtures/m`, mode: 0o755, uid: 0, gid: 0 },
    { do: "mount", source: "fixture", target: `${AT}/fixtures/m`, type: "tmpfs", flags: 0, data: "mode=750" },
    { do: "namespace", path: `${AT}/fixtures/pid`, type: "pid" },
    { do: "namespace", path: `${AT}/fixtures/uts`, type: "uts" },
    { do: "console", path: `${AT}/fixtures/c`, slot: 0 },
    { do: "seccomp-agent", path: `${AT}/fixtures/s`, errno: 0 },
    { do: "stat", path: `${AT}/fixtures/m` },
    { do: "clean" },
  ]);
  t.same(
    answers.slice(0, 6).map(({ kind }) => kind),
    Array(6).fill("ok"),
  );
  t.match(only("stat", answers[6]).stat, { mode: 0o750 });
  t.match(answers[7], NOTHING);
  t.equal(await ask(worker, `ls -A ${AT}; cat /proc/[0-9]*/comm | grep -c agent`), "1", "and yet gone");
});

t.test("a device that changed is told, and is as before", { skip: withoutRoot }, async (t) => {
  const worker = await start(t);
  const left = await cleanedAfter(
    worker,
    "chown 5:6 /dev/null; chmod 600 /dev/zero; rm /dev/full; rm /dev/random; mknod /dev/random c 1 3; rm /dev/ptmx; touch /dev/ptmx",
  );
  t.same([...left.devices].sort(), [
    "/dev/full: removed",
    "/dev/null: owner 0:0 became 5:6",
    "/dev/ptmx: replaced",
    "/dev/random: replaced",
    "/dev/zero: mode 0666 became 0600",
  ]);
  t.same(await clean(worker), NOTHING);
  const shown = await ask(worker, "stat -c '%n %a %u:%g %F %t,%T' /dev/null /dev/zero /dev/full /dev/random; readlink /dev/ptmx");
  t.equal(
    shown,
    `${[
      ["null", 3],
      ["zero", 5],
      ["full", 7],
      ["random", 8],
    ]
      .map(([name, minor]) => `/dev/${name} 666 0:0 character special file 1,${minor}\n`)
      .join("")}pts/ptmx`,
  );
});

t.test("whatever a command does to the sandbox itself, the next batch finds it as it was", async (t) => {
  const worker = await start(t);
  const look = "hostname; cat /sys/class/net/lo/flags; grep -c . /proc/self/mountinfo; ls /dev/shm /dev/pts; cat /proc/sysvipc/shm | wc -l";
  const before = await ask(worker, look);
  const damages = [
    "hostname other",
    "umount /dev/shm",
    "umount -l /dev/pts",
    "mount -o remount,ro,bind /run; true",
    "/run/oci-conform/agent do interface lo2; ip link set lo down || ifconfig lo down || true",
    "ipcmk --shmem 4096 || true",
    "mount --make-shared /",
  ];
  for (const damage of damages) {
    await cleanedAfter(worker, damage);
    t.equal(await ask(worker, look), before, damage);
    t.same(await clean(worker), NOTHING);
  }
});

t.test("what one case said is not heard in the next", async (t) => {
  const worker = await start(t);
  const [first, , late] = await worker.run([
    sh(`sh -c 'until [ -e ${AT}/go ]; do :; done; echo old; echo old >&2; touch ${AT}/said; exec sleep 1000' & true`, { slot: 0 }),
    sh(`touch ${AT}/go; until [ -e ${AT}/said ]; do :; done`),
    { do: "clean" },
  ]);
  said(first);
  t.same(
    only("cleaned", late).processes.map(({ comm }) => comm),
    ["sleep"],
  );
  const [ran, , output] = await worker.run([sh("echo new", { slot: 0 }), { do: "clean" }, { do: "output", slot: 0, timeoutMs: 1000 }]);
  t.equal(said(ran), "new");
  t.equal(only("output", output).stdout.length + only("output", output).stderr.length, 0);
});

t.test("what a case said can be fetched after cleaning up", async (t) => {
  const worker = await start(t);
  const [, , , output] = await worker.run([
    sh(`sh -c 'until [ -e ${AT}/go ]; do :; done; echo kept; touch ${AT}/said' & true`, { slot: 2 }),
    sh(`touch ${AT}/go; until [ -e ${AT}/said ]; do :; done`),
    { do: "clean" },
    { do: "output", slot: 2, timeoutMs: 1000 },
  ]);
  t.equal(only("output", output).stdout.toString("utf8"), "kept\n");
  t.equal(only("output", output).ended, true);
});
