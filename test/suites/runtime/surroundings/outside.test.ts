import t from "tap";

import { bundleOf, FIXTURES, type FileEntry } from "../../../../runners/runtime/case.js";
import type { OutsideChange } from "../../../../runners/runtime/observation.js";
import outside from "../../../../suites/runtime/surroundings/outside.js";
import { line, mounted } from "../filesystem/mount-fixture.js";
import { type Canned, configOf, ran, verdictBy } from "../fixture.js";

const verdict = verdictBy.bind(null, outside);
const made = (path: string): OutsideChange => ({ path, before: null, after: "a directory, mode 0755, owner 0:0" });

t.test("robustness.outside-changed", async (t) => {
  const id = "robustness.outside-changed";
  const changed = (changes: readonly OutsideChange[], more: Canned = {}, devices: readonly string[] = []): Canned => ({
    ...more,
    observation: {
      outside: changes,
      leftovers: { processes: [], mounts: [], cgroups: [], interfaces: [], devices, stillKnown: [] },
    },
  });
  const bound = (source: string): Canned => ({ config: configOf({ mounts: [{ destination: "/mnt", source, options: ["bind"] }] }) });
  t.equal(verdict(id, changed([])), "pass");
  t.equal(verdict(id, changed([made(`${FIXTURES}/out/null`)])), "fail");
  t.equal(verdict(id, changed([made(`${bundleOf(0)}/new`)])), "fail");
  t.equal(verdict(id, changed([made("/dev/new")])), "fail");
  t.equal(verdict(id, {}), undefined, "nobody looked");
  t.equal(verdict(id, changed([made(`${FIXTURES}/src/new`)], bound(`${FIXTURES}/src`))), "pass", "by way of a mount");
  t.equal(verdict(id, changed([made(`${bundleOf(0)}/src/new`)], bound("src"))), "pass", "by way of a mount with a relative source");
  t.equal(verdict(id, changed([made(`${FIXTURES}/other`)], bound(`${FIXTURES}/src`))), "fail", "beside a mount's source");
  const link: FileEntry = { kind: "symlink", path: "way", target: "../fixtures" };
  const rooted: Canned = { config: configOf({ root: { path: "way/root" } }), container: { bundle: [link] } };
  t.equal(verdict(id, changed([made(`${FIXTURES}/root/dev/null`)], rooted)), "pass", "in the root, behind a link");
  t.equal(verdict(id, changed([made(`${FIXTURES}/dev/null`)], rooted)), "fail");
  const device = { path: "/dev/null", before: "a", after: "b" };
  t.equal(verdict(id, changed([device], {}, ["/dev/null: owner 0:0 became 5:6"])), "pass", "robustness.host-device-changed tells of it");
  t.equal(verdict(id, changed([made(`${FIXTURES}/x`)], { delete: ran(1) })), undefined, "not deleted");
});

t.test("robustness.cwd-outside", async (t) => {
  const id = "robustness.cwd-outside";
  t.equal(verdict(id, { inside: { cwd: "/any" } }), "pass");
  t.equal(verdict(id, { inside: { cwd: "(unreachable)/run/oci-conform" } }), "fail");
  t.equal(verdict(id, { inside: { cwd: null } }), undefined);
  t.equal(verdict(id, { inside: null }), undefined);
});

t.test("robustness.proc-through-link", async (t) => {
  const id = "robustness.proc-through-link";
  const link: FileEntry = { kind: "symlink", path: "proc", target: "/tmp/proc" };
  const at = (path: string, rootfs: readonly FileEntry[]): Canned => {
    const canned = mounted([{ destination: "/proc", type: "proc" }], [line(2, path, { type: "proc" })]);
    return { ...canned, container: { ...canned.container, rootfs } };
  };
  t.equal(verdict(id, at("/proc", [link])), "pass");
  t.equal(verdict(id, at("/tmp/proc", [link])), "fail");
  t.equal(verdict(id, at("/proc", [])), undefined, "no link");
});
