import fc from "fast-check";
import t from "tap";

import { covered } from "../../../../generators/covering/cover.js";
import { lockedRows } from "../../../../generators/runtime/mounts/examples.js";
import { fileSystems } from "../../../../generators/runtime/mounts/kinds.js";
import { inWords, mayRefuse } from "../../../../generators/runtime/mounts/rows.js";
import type { RuntimeCase } from "../../../../runners/runtime/case.js";
import { validateConfig } from "../../../../spec/validate.js";
import { mountCombinations } from "../../../../suites/runtime/filesystem/mount-matrix.js";
import { sample } from "../../../generators/runtime/assert-generator.js";
import { factsOf } from "../fixture.js";
import { line } from "./mount-fixture.js";

const facts = factsOf();
const parts = mountCombinations(facts, 2);
const cases = (seed: number): readonly RuntimeCase[] => parts.flatMap(({ rows }) => rows.flatMap((row) => sample(row.cases, 1, seed)));

t.test("every pair that is possible stands in the rows", async (t) => {
  for (const { name, rows, possible, strength } of parts)
    t.equal(
      covered(
        rows.flatMap(({ covers }) => covers),
        strength,
      ),
      possible,
      name,
    );
  t.equal(new Set(parts.map(({ name }) => name)).size, parts.length, "each part has a name of its own");
  t.ok(parts.flatMap(({ rows }) => rows).length < 180, "rows share containers");
});

t.test("the cases are valid, and no seed changes them", async (t) => {
  const drawn = cases(1);
  t.strictSame(cases(2), drawn);
  for (const { containers, title } of drawn)
    t.strictSame(
      containers.flatMap(({ config }) => validateConfig(config)),
      [],
      title,
    );
  t.ok(
    drawn.every(({ aims }) => aims.length === 1),
    "a refused container fails one requirement",
  );
});

t.test("a container is refused for one reason only", async (t) => {
  for (const { title, containers, mayRefuse } of cases(1)) {
    const { linux } = containers[0]?.config ?? {};
    const propagated = linux?.rootfsPropagation !== undefined;
    if (propagated) t.not(mayRefuse, undefined, title);
  }
});

t.test("what the kernel locks in a user namespace may be refused", async (t) => {
  const [ro, atime] = [
    ["rw", "relatime"],
    ["rw", "noatime"],
  ].map((options) => ({
    host: {
      root: false,
      outside: { ...facts.host.outside, mounts: [line(2, "/sys", { type: "sysfs", options }), line(3, "/proc", { options })] },
    },
  }));
  const kind = (host: typeof ro, name: string) => fileSystems(factsOf(host?.host)).find((each) => each.name === name);
  const why = (host: typeof ro, name: string, ...options: string[]) => {
    const [row] = lockedRows(facts);
    const made = kind(host, name);
    return row && made && mayRefuse({ ...row, source: undefined, kind: made, options: { name: "", options }, around: { name: "" } });
  };
  t.equal(why(ro, "sysfs", "ro", "nosuid"), undefined, "as the host's mount updates access times");
  t.not(why(ro, "sysfs", "strictatime"), undefined, "otherwise");
  t.not(why(ro, "proc", "nodiratime"), undefined);
  t.not(why(atime, "proc"), undefined, "what the kernel does by itself is otherwise");
  t.equal(why(atime, "proc", "noatime"), undefined);
  t.equal(why(ro, "tmpfs", "noatime"), undefined, "that is all the container's");
  for (const row of lockedRows(facts)) t.equal(mayRefuse(row), undefined, inWords(row));
  const taken = lockedRows(facts).map((row) => ({
    ...row,
    options: { name: "rw", options: ["rw", "suid", "dev", "exec", "relatime", "diratime"] },
  }));
  for (const row of taken.filter(({ source }) => source?.flags[0] !== "nosymfollow")) t.not(mayRefuse(row), undefined, inWords(row));
});

t.test("shrinks to one mount, and to the simplest that is wrong in the same way", async (t) => {
  const [binds] = parts;
  const row = binds?.rows.find(({ covers }) => covers.length > 5);
  if (!row) throw new Error("no container with several mounts");
  const wrong = (testCase: RuntimeCase): boolean =>
    (testCase.containers[0]?.config.mounts ?? []).some(({ options = [] }) => options.includes("bind") || options.includes("rbind"));
  const { counterexample } = fc.check(
    fc.property(row.cases, (testCase) => !wrong(testCase)),
    { seed: 1, numRuns: 1 },
  );
  t.equal(counterexample?.[0].title, "bind of a directory, no options");
  t.strictSame(counterexample?.[0].aims, ["runtime.mounts.additional"]);
});

t.test("what the host or the release lacks is left out with the reason", async (t) => {
  const lacking = (host: Parameters<typeof factsOf>[0], release = "1.3.0") => mountCombinations(factsOf(host, { release }), 2);
  const reasons = (given: typeof parts): readonly string[] => given.flatMap(({ excluded }) => excluded.map(({ reason }) => reason));
  t.match(reasons(lacking({ namespaces: ["pid", "mount"] })).join(), "the kernel has no user namespaces");
  t.match(reasons(lacking({ filesystems: ["tmpfs", "proc", "sysfs", "devpts"] })).join(), "the kernel has no mqueue");
  const old = lacking({}, "1.0.2");
  t.match(reasons(old).join(), "before 1.2.0 a destination had to be absolute");
  t.notOk(
    old.some(({ name }) => name === "mounts inside of mounts"),
    "a release without recursive options",
  );
});
