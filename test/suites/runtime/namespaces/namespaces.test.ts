import t from "tap";

import { namespacePath } from "../../../../generators/runtime/namespaces/namespaces.js";
import type { NamespaceType } from "../../../../spec/runtime/config.js";
import { LINKS, NAMESPACE_TYPES } from "../../../../suites/runtime/namespaces/links.js";
import namespaces from "../../../../suites/runtime/namespaces/namespaces.js";
import { exampleProblems, lacks } from "../examples.js";
import { factsOf, faulty, linuxOf, NAMESPACES, ownNamespaces, ran, verdictBy } from "../fixture.js";

const verdict = verdictBy.bind(null, namespaces);
const id = (name: string): string => `runtime.namespaces.${name}`;

for (const type of NAMESPACE_TYPES) {
  const link = LINKS[type];
  const own = ownNamespaces(link);

  t.test(`new: ${type}`, async (t) => {
    const config = linuxOf({ namespaces: [{ type }] });
    for (const name of [`${type}-new`, `${type}-supported`]) {
      t.equal(verdict(id(name), { config, look: { namespaces: own }, inside: { namespaces: own } }), "pass");
      t.equal(verdict(id(name), { config, look: { namespaces: NAMESPACES } }), "fail");
      t.equal(verdict(id(name), { config: linuxOf({ namespaces: [] }), look: { namespaces: own } }), undefined, "not asked for");
      t.equal(verdict(id(name), { config, look: null, inside: null }), undefined, "nothing was seen");
      t.equal(verdict(id(name), { config, look: { namespaces: NAMESPACES }, inside: null, start: ran(1) }), undefined, "it did not start");
    }
  });

  t.test(`new, by the numbers of the worker that ran the case: ${type}`, async (t) => {
    const config = linuxOf({ namespaces: [{ type }] });
    const observation = { runtimeNamespaces: own };
    t.equal(verdict(id(`${type}-new`), { config, observation, look: { namespaces: own } }), "fail");
    t.equal(verdict(id(`${type}-inherited`), { config: linuxOf({ namespaces: [] }), observation, look: { namespaces: own } }), "pass");
  });

  t.test(`inherited: ${type}`, async (t) => {
    const config = linuxOf({ namespaces: [] });
    t.equal(verdict(id(`${type}-inherited`), { config, look: { namespaces: NAMESPACES } }), "pass");
    t.equal(verdict(id(`${type}-inherited`), { config, look: { namespaces: own } }), "fail");
    t.equal(verdict(id(`${type}-inherited`), { config: linuxOf({ namespaces: [{ type }] }), look: { namespaces: own } }), undefined);
    t.equal(verdict(id(`${type}-inherited`), { config, look: { namespaces: own }, case: { control: config } }), undefined, "a fault");
  });

  t.test(`joined: ${type}`, async (t) => {
    t.equal(verdict(id(`${type}-join`), joining(type, own[link])), "pass");
    t.equal(verdict(id(`${type}-join`), joining(type, NAMESPACES[link])), "fail");
    t.equal(verdict(id(`${type}-join`), { config: linuxOf({ namespaces: [{ type, path: namespacePath(type) }] }) }), undefined, "no stat");
  });
}

/** A run with a namespace to be joined, whose inode is that of `ownNamespaces`; the container is in `seen`. */
function joining(type: NamespaceType, seen: string | undefined) {
  const path = namespacePath(type);
  const stat = { type: "file", mode: 0o444, uid: 0, gid: 0, major: 0, minor: 0, size: 0, nlink: 1, dev: "4", ino: "4026532000" } as const;
  const value = { pid: 1, status: {}, oomScoreAdj: 0, cgroup: {}, uidMap: [], gidMap: [], cgroupFiles: {} };
  return {
    config: linuxOf({ namespaces: [{ type, path }] }),
    steps: [
      [
        { op: "stat", path },
        { op: "stat", got: { ok: true, value: stat } },
      ],
      [
        { op: "create", container: 0 },
        { op: "create", ran: ran() },
      ],
      [
        { op: "start", container: 0 },
        { op: "start", ran: ran() },
      ],
      [
        { op: "look", container: 0 },
        { op: "look", look: { ok: true, value: { ...value, namespaces: { [LINKS[type]]: seen ?? "" } } } },
      ],
    ],
  } as const;
}

t.test("isolation as seen from within", async (t) => {
  const pid = linuxOf({ namespaces: [{ type: "pid" }] });
  t.equal(verdict("runtime.namespaces.pid-supported", { config: pid, inside: { pid: 7 } }), "fail");
  const cgroup = linuxOf({ namespaces: [{ type: "cgroup" }] });
  const look = { namespaces: ownNamespaces("cgroup") };
  t.equal(verdict("runtime.namespaces.cgroup-supported", { config: cgroup, look, inside: { cgroup: { memory: "/" } } }), "pass");
  const unseen = { namespaces: null, cgroup: { memory: "/" } };
  t.equal(
    verdict("runtime.namespaces.cgroup-supported", { config: cgroup, look: null, inside: unseen }),
    undefined,
    "it may have no namespace",
  );
  t.equal(verdict("runtime.namespaces.cgroup-supported", { config: cgroup, look, inside: { cgroup: { memory: "/../other" } } }), "fail");
});

t.test("errors", async (t) => {
  for (const name of ["path-absolute", "path-wrong-type-error", "duplicate-error", "type-required", "type-unknown-error"]) {
    const aims = { case: { aims: [id(name)] } };
    t.equal(verdict(id(name), faulty(linuxOf({}), ran(1), aims)), "pass");
    t.equal(verdict(id(name), faulty(linuxOf({}), ran(0), aims)), "fail");
    t.equal(verdict(id(name), faulty(linuxOf({}), ran(0))), undefined, "another fault");
    t.equal(verdict(id(name), faulty(linuxOf({}), ran(1), { ...aims, observation: { control: false } })), "skip", "no control");
  }
});

t.test("examples", async (t) => {
  t.same(exampleProblems(namespaces, factsOf()), []);
  t.match(lacks(namespaces, factsOf({ namespaces: ["pid", "network", "mount", "ipc", "uts", "user", "cgroup"] })), [/time/, /time/]);
});
