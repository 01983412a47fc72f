import fc, { type Arbitrary } from "fast-check";
import t from "tap";

import { minimalConfig } from "../../../../generators/runtime/base.js";
import { anyCase, configCase } from "../../../../generators/runtime/case.js";
import { config } from "../../../../generators/runtime/config.js";
import { FLAWS } from "../../../../generators/runtime/invalid/flaws.js";
import { faultCase, faults, tabledFault, typeFault, typeFaults } from "../../../../generators/runtime/invalid/input.js";
import { unknownProperty, unknownPropertyCase, unknownPropertyCases } from "../../../../generators/runtime/invalid/unknown-properties.js";
import { pointer, put, REMOVED, structures, walk } from "../../../../generators/runtime/json.js";
import { Drawing } from "../../../../runners/draw.js";
import { validateConfig } from "../../../../spec/validate.js";
import { fakeHost, fakeRootlessHost, fakeUnifiedHost } from "../../../runners/runtime/host-fixture.js";
import { assertGenerator, sample } from "../assert-generator.js";

const host = fakeHost();
const release = "1.3.0";

/** Paths at which two JSON values differ, a removed or added value counted once. */
function differences(a: unknown, b: unknown): string[] {
  const values = (value: unknown) => new Map([...walk(value)].map((each) => [pointer(each.path), JSON.stringify(each.value)]));
  const [left, right] = [values(a), values(b)];
  const all = [...new Set([...left.keys(), ...right.keys()])].filter((path) => left.get(path) !== right.get(path));
  // Everything above a difference differs, too, and so may all below it.
  return all.filter((path) => !all.some((other) => other.startsWith(`${path}/`)));
}

t.test("values in JSON are put and removed without touching the original", async (t) => {
  const value = { a: [{ b: 1 }], "c/d": 2 };
  t.strictSame(put(value, ["a", 0, "b"], 3), { a: [{ b: 3 }], "c/d": 2 });
  t.strictSame(put(value, ["a", 0, "b"], REMOVED), { a: [{}], "c/d": 2 });
  t.strictSame(put(value, ["a", 0], REMOVED), { a: [], "c/d": 2 });
  t.strictSame(put(undefined, ["x", 0, "y"], 1), { x: [{ y: 1 }] });
  t.equal(pointer(["c/d", 0, "~"]), "/c~1d/0/~0");
  t.strictSame(value, { a: [{ b: 1 }], "c/d": 2 });
  t.strictSame(structures({ annotations: {}, process: { user: {} } }), [[], ["process"], ["process", "user"]]);
});

t.test("tabled faults: a valid control, and a difference at one place", async (t) => {
  for (const each of [host, fakeUnifiedHost()]) {
    for (const { control, config: faulty, path } of sample(tabledFault(each, release), 1000)) {
      if (validateConfig(control).length > 0) t.fail("an invalid control", { control });
      const outside = differences(control, faulty).filter((where) => !where.startsWith(path));
      if (outside.length > 0) t.fail("differs elsewhere", { path, outside });
    }
  }
  const paths = new Set(sample(tabledFault(host, release), 5000).map(({ path }) => path));
  const expected = new Set(FLAWS.filter(({ when }) => when === undefined || when(host)).map((flaw) => pointer(flaw.path)));
  t.strictSame(
    [...expected].filter((path) => !paths.has(path)),
    [],
    "every flaw is drawn",
  );
  t.ok(
    sample(tabledFault(host, "1.0.0")).every(({ path }) => !path.includes("scheduler")),
    "no flaw of what a release does not know",
  );
  const [semver] = sample(tabledFault(host, release, "runtime.oci-version.semver"), 1);
  t.equal(semver?.path, "/ociVersion", "of one requirement alone");
});

t.test("type faults are invalid by the schema", async (t) => {
  const drawn = sample(typeFault(config(host, release)), 1000);
  const accepted = drawn.filter(({ config: faulty }) => validateConfig(faulty).length === 0);
  t.strictSame(accepted.slice(0, 3), []);
  assertGenerator(t, typeFault(fc.constant(minimalConfig(release))));
});

/** What a default run draws: until each row of each table was taken. */
function each<T>(arbitrary: Arbitrary<T>): T[] {
  const drawing = new Drawing<T>(1);
  const drawn = [drawing.next(arbitrary).case];
  while (drawing.isPending) drawn.push(drawing.next(arbitrary).case);
  return drawn;
}

t.test("each fault of the table is in a default run, whatever the seed", async (t) => {
  const requirement = "runtime.valid-values.invalid-refused";
  const drawn = each(tabledFault(host, release, requirement)).map(({ description }) => description);
  const expected = FLAWS.filter((flaw) => flaw.requirement === requirement && (flaw.when === undefined || flaw.when(host)));
  t.equal(new Set(drawn).size, drawn.length);
  t.equal(
    drawn.length,
    expected.reduce((sum, { values }) => sum + values.length, 0),
  );
});

t.test("each property that a config can have is tried with a value of another type", async (t) => {
  for (const where of [host, fakeUnifiedHost(), fakeRootlessHost()]) {
    const drawn = each(typeFaults(where, release));
    t.strictSame(drawn.filter(({ config: faulty }) => validateConfig(faulty).length === 0).slice(0, 3), [], "invalid by the schema");
    t.strictSame(drawn.filter(({ control }) => validateConfig(control).length > 0).slice(0, 3), [], "controls are valid");
  }
  const paths = new Set(each(typeFaults(host, release)).map(({ path }) => path));
  for (const path of ["/root/readonly", "/process/scheduler/flags/0", "/linux/seccomp/syscalls/0/args/0/op", "/hooks/poststart/0/env/0"])
    t.ok(paths.has(path), path);
  t.ok(
    each(typeFaults(host, "1.0.0")).every(({ path }) => !/umask|scheduler|createRuntime/.test(path)),
    "nothing that a release does not know",
  );
});

t.test("each object that a config can have gets a property that nobody knows", async (t) => {
  const drawn = each(unknownPropertyCases(host, release));
  for (const { containers, control, title } of drawn) {
    const [config] = containers.map((container) => container.config);
    if (validateConfig(config).length > 0) t.fail("not valid", { title });
    if (JSON.stringify(config) === JSON.stringify(control)) t.fail("nothing added", { title });
  }
  const titles = drawn.map(({ title }) => title).join("\n");
  for (const path of ["/process/user/", "/linux/seccomp/syscalls/0/args/0/", "/hooks/poststart/0/", "/linux/resources/memory/"])
    t.match(titles, path);
  t.notMatch(titles, /\/(annotations|sysctl)\//);
});

t.test("fault cases", async (t) => {
  assertGenerator(t, faults(host, release));
  const [fault] = sample(tabledFault(host, release), 1);
  if (!fault) throw new Error("no fault");
  const subject = faultCase(fault);
  t.strictSame(subject.control, fault.control);
  t.strictSame(JSON.parse(subject.containers[0]?.configText ?? ""), fault.config);
  t.strictSame(subject.aims, [fault.requirement]);
  t.strictSame(subject.steps.at(-1), { op: "delete", container: 0, force: true });
});

t.test("unknown properties are valid and stand where the spec lists properties", async (t) => {
  const drawn = sample(unknownProperty(config(host, release)), 1000);
  for (const { config: extended, control, path } of drawn) {
    if (validateConfig(extended).length > 0) t.fail("not valid", { path });
    if (differences(control, extended).some((where) => !where.startsWith(path))) t.fail("differs elsewhere", { path });
    if (/^\/(annotations|linux\/sysctl)\//.test(path)) t.fail("any key is known there", { path });
  }
  assertGenerator(t, unknownPropertyCase(host, release));
  t.ok(
    sample(unknownPropertyCase(host, release)).every(
      ({ aims, control }) => aims[0] === "runtime.extensibility.unknown-property-ignored" && control !== undefined,
    ),
  );
});

t.test("cases of all kinds", async (t) => {
  assertGenerator(t, anyCase(host, release));
  assertGenerator(t, configCase(host, release));
  const limited = sample(configCase(host, release), 1000).filter(({ containers }) => containers[0]?.config.linux?.resources);
  t.ok(limited.length > 0 && limited.every(({ steps }) => steps.some(({ op }) => op === "look")), "limits are looked at from outside");
});
