import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { caseOf, request } from "../../../generators/registry/steps.js";
import { minimalCase } from "../../../generators/runtime/base.js";
import { referencePath } from "../../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import { conform, withoutRoot } from "../process.js";

/** Bad use: one line on standard error, and 64. */
async function refuses(t: Test, args: readonly string[], said: RegExp): Promise<void> {
  const { code, stderr } = await conform(...args);
  t.equal(code, 64, args.join(" "));
  t.match(stderr, said);
  t.match(stderr, /^oci-conform: [^\n]+\n$/, "one line");
}

t.test("a registry's case that asks for what cannot be sent", async (t) => {
  const file = join(t.testdir({ "case.json": JSON.stringify(caseOf("odd", {}, [request("G\nET", "/v2/")])) }), "case.json");
  await refuses(
    t,
    ["replay", file],
    /case\.json: it cannot be carried out: G\\u000aET http:\S+\/v2\/ cannot be sent: invalid request method/,
  );
});

/** The minimal case, with a mount of a file system that there is not. */
const unmountable: RuntimeCase = {
  ...minimalCase("1.0.0"),
  fixtures: [{ make: "mount", path: "a", source: "x", type: "no-such-fs", flags: 0 }],
};

t.test("a runtime's case that asks for what cannot be made", { skip: withoutRoot }, async (t) => {
  const root = t.testdir({ failures: { x: { "case.json": JSON.stringify(unmountable) } } });
  await refuses(
    t,
    ["replay", join(root, "failures/x"), "--bin", referencePath()],
    /case\.json: it cannot be carried out: preparing the case: mount \S+\/fixtures\/a: mount: ENODEV/,
  );
  const { code, stderr } = await conform("runtime", "--only", "runtime.process.cwd", "--cases", "0", "--out", root);
  t.equal(code, 0, `a run leaves it out: ${stderr}`);
});

t.test("an observation is judged by its own case and facts", async (t) => {
  const root = t.testdir();
  const fault = "--bundled-arg=--fault=chunk-out-of-order-400";
  await conform("registry", fault, "--only", "registry.upload.chunk-out-of-order", "--cases", "0", "--out", root);
  const directory = join(root, "failures/bundled-registry.upload.chunk-out-of-order");
  const observation = join(directory, "observation.json");
  t.equal((await conform("judge", observation)).code, 1);

  const edit = (name: string, change: (value: Record<string, unknown>) => unknown): void => {
    const file = join(directory, name);
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")))));
  };
  edit("facts.json", (facts) => ({ ...facts, options: { spec: 1 } }));
  await refuses(t, ["judge", observation], /facts\.json: \/options\/spec: must be /);
  edit("facts.json", (facts) => ({ ...facts, options: {} }));
  edit("case.json", (testCase) => ({ ...testCase, steps: [] }));
  await refuses(t, ["judge", observation], /observation\.json: it is not what was seen of \S+case\.json: it has the step \/steps\/0/);
});
