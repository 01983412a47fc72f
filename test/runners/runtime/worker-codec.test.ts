import t from "tap";

import type { Action } from "../../../runners/runtime/protocol.js";
import { decode, encode } from "../../../runners/runtime/worker-codec.js";

/** Reads a frame back as the worker does: messages of fields. */
function messagesOf(frame: Buffer): string[][] {
  if (frame.readUInt32LE(0) !== frame.length - 4) throw new Error("the frame's length is wrong");
  const messages: string[][] = [];
  let at = 4;
  while (at < frame.length) {
    const fields: string[] = [];
    const count = frame.readUInt32LE(at);
    at += 4;
    for (let field = 0; field < count; field++) {
      const length = frame.readUInt32LE(at);
      fields.push(frame.subarray(at + 4, at + 4 + length).toString("utf8"));
      at += 4 + length;
    }
    messages.push(fields);
  }
  return messages;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A payload as the worker writes it. */
const payloadOf = (...messages: readonly (readonly (string | Buffer)[])[]): Buffer =>
  Buffer.concat(
    messages.flatMap((fields) => [
      u32(fields.length),
      ...fields.flatMap((field) => {
        const bytes = Buffer.from(field);
        return [u32(bytes.length), bytes];
      }),
    ]),
  );

t.test("an action is its name and its fields in the order of the protocol", async (t) => {
  const path = "/p";
  const cases: readonly (readonly [Action, readonly string[]])[] = [
    [{ do: "mkdir", path, mode: 0o755, uid: 1, gid: 2 }, ["mkdir", path, "493", "1", "2"]],
    [{ do: "file", path, mode: 0, uid: 0, gid: 0, content: "" }, ["file", path, "0", "0", "0", ""]],
    [{ do: "agent", path, mode: 1, uid: 0, gid: 0 }, ["agent", path, "1", "0", "0"]],
    [{ do: "symlink", path, target: "/t" }, ["symlink", path, "/t"]],
    [{ do: "node", path, type: "c", major: 1, minor: 3, mode: 2, uid: 0, gid: 0 }, ["node", path, "c", "1", "3", "2", "0", "0"]],
    [{ do: "mount", source: "s", target: "t", type: "y", flags: 9, data: "d" }, ["mount", "s", "t", "y", "9", "d"]],
    [{ do: "namespace", path, type: "uts" }, ["namespace", path, "uts"]],
    [{ do: "interface", name: "v", addresses: ["a", "b"] }, ["interface", "v", "0", "0", "", "a", "b"]],
    [
      { do: "interface", name: "v", up: true, mtu: 1280, alternativeNames: ["w", "x"], addresses: [] },
      ["interface", "v", "1", "1280", "w x"],
    ],
    [{ do: "cgroup", path }, ["cgroup", path]],
    [{ do: "console", path, slot: 1 }, ["console", path, "1"]],
    [{ do: "seccomp-agent", path, errno: 38 }, ["seccomp-agent", path, "38"]],
    [
      { do: "run", argv: ["/x", "y z"], timeoutMs: 5, slot: -1, umask: 18, cwd: "/", background: "" },
      ["run", "5", "-1", "18", "/", "", "", "/x", "y z"],
    ],
    [
      { do: "run", argv: ["/x"], timeoutMs: 5, slot: 0, umask: 18, cwd: "/", nulls: "02", background: "p0" },
      ["run", "5", "0", "18", "/", "02", "p0", "/x"],
    ],
    [
      { do: "ask-pid", name: "pid0", argv: ["/x", "state", "c"], timeoutMs: 5 },
      ["ask-pid", "5", "-1", "18", "/", "", "pid0", "/x", "state", "c"],
    ],
    [{ do: "report", path, slot: 1 }, ["report", path, "1"]],
    [{ do: "join", key: "p0" }, ["join", "p0"]],
    [{ do: "set", name: "n", path }, ["set", "n", path]],
    [{ do: "set-cgroups", name: "n", pid: "@{pid0}" }, ["set-cgroups", "n", "@{pid0}"]],
    [{ do: "read", path, max: 10 }, ["read", path, "10"]],
    [{ do: "write", path, data: "d" }, ["write", path, "d"]],
    [{ do: "readlink", path }, ["readlink", path]],
    [{ do: "stat", path }, ["stat", path]],
    [{ do: "list", path }, ["list", path]],
    [{ do: "tree", path, leftOut: ["a", "b/c"] }, ["tree", path, "a", "b/c"]],
    [{ do: "read-all", path, suffix: ".json", max: 9 }, ["read-all", path, ".json", "9"]],
    [{ do: "await-line", slot: 0, mark: "m", pid: "7", timeoutMs: 5 }, ["await-line", "0", "m", "7", "5"]],
    [{ do: "await-exit", pid: "7", timeoutMs: 5 }, ["await-exit", "7", "5"]],
    [{ do: "output", slot: 0, timeoutMs: 5 }, ["output", "0", "5"]],
    [{ do: "terminal", slot: 0 }, ["terminal", "0"]],
    [{ do: "seccomp-deliveries" }, ["seccomp-deliveries"]],
    [{ do: "clean" }, ["clean"]],
  ];
  t.same(
    messagesOf(encode(cases.map(([action]) => action))),
    cases.map(([, fields]) => fields),
  );
});

t.test("lengths are bytes, not characters", async (t) => {
  const content = "ünïcödé \u{1f980}\0end";
  t.same(messagesOf(encode([{ do: "write", path: "/é", data: content }])), [["write", "/é", content]]);
  t.same(messagesOf(encode([])), []);
});

t.test("answers are read by kind", async (t) => {
  const answers = decode(
    payloadOf(
      ["ok"],
      ["unset"],
      ["started"],
      ["error", "ENOENT", "open"],
      ["ran", "exited", "3", "out", "err", "1", "2"],
      ["ran", "signaled", "SIGSEGV", "", "", "1", "2"],
      ["ran", "timeout", "", "", "", "1", "2"],
      ["ran", "unstartable", "EACCES", "", "", "1", "2"],
      ["bytes", Buffer.from([0, 255, 1])],
      ["names", "a", "b"],
      ["names"],
      ["contents", Buffer.from([1, 0]), "b"],
      ["stat", "char", "438", "1", "2", "1", "3", "0", "1", "0:5", "77"],
      ["awaited", "ready"],
      ["awaited", "exited", "exited", "0"],
      ["output", "o", "e", "1"],
      ["terminal", "24", "80"],
      ["seccomp", "/s", "{}", "1,0", "1", "0", "", "/t", "x", "", "0", "1", "39,40"],
      ["cleaned", "1", "9", "sh", "0", "2", "/a", "/b", "0", "1", "dev/null: mode"],
    ),
  );
  t.match(answers, [
    { kind: "ok" },
    { kind: "unset" },
    { kind: "started" },
    { kind: "error", errno: "ENOENT", step: "open" },
    { kind: "ran", exit: { kind: "exited", code: 3 }, startedNs: "1", endedNs: "2" },
    { exit: { kind: "signaled", signal: "SIGSEGV" } },
    { exit: { kind: "timeout" } },
    { exit: { kind: "unstartable", errno: "EACCES" } },
    { kind: "bytes" },
    { kind: "names", names: ["a", "b"] },
    { kind: "names" },
    { kind: "contents", contents: [Buffer.from([1, 0]), Buffer.from("b")] },
    { stat: { type: "char", mode: 0o666, uid: 1, gid: 2, major: 1, minor: 3, size: 0, nlink: 1, dev: "0:5", ino: "77" } },
    { kind: "awaited", outcome: "ready", exit: null },
    { kind: "awaited", outcome: "exited", exit: { kind: "exited", code: 0 } },
    { kind: "output", ended: true },
    { kind: "terminal", rows: 24, columns: 80 },
    {
      kind: "seccomp",
      deliveries: [
        { path: "/s", fdsPerMessage: [1, 0], closedByRuntime: true, isNotifyFd: false, notifications: [] },
        { path: "/t", fdsPerMessage: [], closedByRuntime: false, isNotifyFd: true, notifications: [39, 40] },
      ],
    },
    {
      kind: "cleaned",
      processes: [{ pid: 9, comm: "sh" }],
      mounts: [],
      cgroups: ["/a", "/b"],
      interfaces: [],
      devices: ["dev/null: mode"],
    },
  ]);
  const [bytes] = answers.filter((answer) => answer.kind === "bytes");
  t.same(bytes?.kind === "bytes" ? [...bytes.bytes] : [], [0, 255, 1]);
  t.same(decode(Buffer.alloc(0)), []);
});

t.test("what makes no sense is an error of ours", async (t) => {
  const wrong: readonly Buffer[] = [
    payloadOf(["nonsense"]),
    payloadOf(["error", "ENOENT"]),
    payloadOf(["ran", "vanished", "", "", "", "1", "2"]),
    payloadOf(["awaited", "godot"]),
    payloadOf([]),
  ];
  for (const payload of wrong)
    t.throws(() => decode(payload), { name: "HarnessError" }, payload.toString("latin1").replace(/[^ -~]/g, "."));
});
