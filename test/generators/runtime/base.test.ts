import t from "tap";

import { caseOf, minimalCase, minimalConfig } from "../../../generators/runtime/base.js";
import { namespacePath } from "../../../generators/runtime/namespaces/namespaces.js";
import { lifecycle } from "../../../generators/runtime/steps.js";
import type { Config } from "../../../spec/runtime/config.js";
import { validateConfig } from "../../../spec/validate.js";
import { fakeHost } from "../../runners/runtime/host-fixture.js";

const minimal = minimalConfig("1.0.2");

t.test("the minimal case has nothing that is not needed", async (t) => {
  t.strictSame(validateConfig(minimal), []);
  const subject = minimalCase("1.0.2");
  t.strictSame(subject.containers, [{ config: minimal }]);
  t.equal(subject.fixtures, undefined);
  t.strictSame(
    subject.steps.map(({ op }) => op),
    ["create", "state", "start", "await", "state", "delete", "state"],
  );
});

t.test("a held container is looked at and terminated", async (t) => {
  t.strictSame(
    lifecycle(1, { hold: true, cgroupFiles: ["pids/pids.max"] }).map((step) => step.op),
    ["create", "state", "start", "await", "look", "state", "kill", "await", "state", "delete", "state"],
  );
  t.ok(lifecycle(1, { hold: true }).every((step) => "container" in step && step.container === 1));
  const limited: Config = { ...minimal, linux: { ...minimal.linux, resources: { pids: { limit: 100 } } } };
  const subject = caseOf(limited, { host: fakeHost(), hold: true });
  t.strictSame(
    subject.steps.find(({ op }) => op === "look"),
    { op: "look", container: 0, cgroupFiles: ["pids/pids.max"] },
  );
});

t.test("a config's surroundings", async (t) => {
  const config: Config = {
    ...minimal,
    mounts: [
      ...(minimal.mounts ?? []),
      { destination: "/data", source: "source", options: ["bind", "ro"] },
      { destination: "/file", source: "/run/oci-conform/case/fixtures/data.txt", options: ["bind"] },
    ],
    process: { cwd: "/deep/down", args: ["/.oci/agent"], user: { uid: 0, gid: 0 }, terminal: true },
    linux: {
      namespaces: [{ type: "pid" }, { type: "mount" }, { type: "uts", path: namespacePath("uts") }],
      maskedPaths: ["/masked/file.txt", "/proc/kcore"],
    },
  };
  const subject = caseOf(config);
  t.strictSame(subject.fixtures, [
    { make: "namespace", path: "ns-uts", type: "uts" },
    { make: "entry", entry: { kind: "file", path: "data.txt", content: "data.txt\n" } },
    { make: "console", path: "console.sock" },
  ]);
  const [container] = subject.containers;
  t.strictSame(container?.bundle, [
    { kind: "dir", path: "source" },
    { kind: "file", path: "source/here", content: "source/here\n" },
  ]);
  t.strictSame(
    container?.rootfs?.map(({ kind, path }) => `${kind} ${path}`),
    ["dir data", "file file", "dir deep", "dir deep/down", "dir masked", "file masked/file.txt"],
  );
  t.strictSame(container?.attempts, [
    { do: "read", path: "/data/here" },
    { do: "create", path: "/data/new" },
    { do: "read", path: "/file" },
    { do: "write", path: "/file", data: "" },
    { do: "read", path: "/masked/file.txt", max: 64 },
    { do: "list", path: "/masked/file.txt" },
    { do: "read", path: "/proc/kcore", max: 64 },
    { do: "list", path: "/proc/kcore" },
  ]);
  t.match(subject.steps[0], { op: "create", console: "console.sock" });
});

t.test("in a user namespace, mount points belong to the container's root", async (t) => {
  const mapping = [{ containerID: 0, hostID: 100000, size: 65536 }];
  const subject = caseOf({
    ...minimal,
    linux: { namespaces: [{ type: "user" }, { type: "mount" }], uidMappings: mapping, gidMappings: mapping },
  });
  const entries = subject.containers[0]?.rootfs ?? [];
  t.ok(entries.some(({ path }) => path === "proc"));
  t.ok(entries.every((entry) => "uid" in entry && entry.uid === 100000 && entry.gid === 100000));
});
