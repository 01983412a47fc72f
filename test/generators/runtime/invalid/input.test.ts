import fc from "fast-check";
import t from "tap";

import { minimalConfig } from "../../../../generators/runtime/base.js";
import { anyCase, configCase } from "../../../../generators/runtime/case.js";
import { config } from "../../../../generators/runtime/config.js";
import { FLAWS } from "../../../../generators/runtime/invalid/flaws.js";
import { faultCase, faults, tabledFault, typeFault } from "../../../../generators/runtime/invalid/input.js";
import { unknownProperty, unknownPropertyCase } from "../../../../generators/runtime/invalid/unknown-properties.js";
import { pointer, put, REMOVED, structures, walk } from "../../../../generators/runtime/json.js";
import { validateConfig } from "../../../../spec/validate.js";
import { fakeHost, fakeUnifiedHost } from "../../../runners/runtime/host-fixture.js";
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
