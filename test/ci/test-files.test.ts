import { join } from "node:path";
import { pathToFileURL } from "node:url";
import t, { type Test } from "tap";
import { type FileResult, runFiles, withoutPasses } from "../../ci/test-files.js";

const TAP = pathToFileURL(join(import.meta.dirname, "../../../node_modules/tap/dist/esm/index.js")).href;

/** Runs test files with these bodies, one at a time. */
async function run(t: Test, bodies: readonly string[], bail = false): Promise<readonly FileResult[]> {
  const directory = t.testdir(Object.fromEntries(bodies.map((body, at) => [`${at}.mjs`, `import t from "${TAP}";\n${body}`])));
  const ended: FileResult[] = [];
  const paths = bodies.map((_, at) => join(directory, `${at}.mjs`));
  t.same(await runFiles(paths, { jobs: 1, bail, onEnd: (result) => ended.push(result) }), ended);
  return ended;
}

t.test("assertions are counted once, in subtests too; what is skipped is told with its reason", async (t) => {
  const [good] = await run(t, [
    `t.ok(1); t.test("a", async (t) => { t.ok(1); t.test("b", async (t) => { t.ok(1); }); }); t.test("c", { skip: "no moon" }, async () => {});`,
  ]);
  t.match(good, { ok: true, passed: 3, failed: 0, skipped: ["c: no moon"] });
});

t.test("what fails, throws, ends early or is killed is no success", async (t) => {
  const results = await run(t, [
    `t.test("a", async (t) => { t.ok(1, "fine"); t.equal(1, 2, "one is two"); });`,
    `throw new Error("at once");`,
    `t.plan(2); t.ok(1);`,
    `t.ok(1); process.kill(process.pid, "SIGKILL");`,
    `t.ok(1); process.exit(3);`,
  ]);
  t.same(
    results.map(({ ok }) => ok),
    results.map(() => false),
  );
  t.match(results, [{ passed: 1, failed: 1 }, { output: /at once/ }, {}, { output: /killed by SIGKILL/ }]);
});

t.test("the run ends with the first failure when it should", async (t) => {
  const bodies = [`t.ok(1);`, `t.ok(0, "first"); t.ok(0, "second");`, `t.ok(1);`];
  t.equal((await run(t, bodies)).length, 3);
  const bailed = await run(t, bodies, true);
  t.equal(bailed.length, 2);
  t.match(bailed[1], { ok: false, failed: 1 });
});

t.test("of what a test printed its failures are shown, and what is not TAP", async (t) => {
  const output = `TAP version 14
# Subtest: right
    ok 1 - fine
    1..1
ok 1 - right # time=1ms

# Subtest: wrong
    # Subtest: fine inside
        ok 1 - fine
        1..1
    ok 1 - fine inside
    not ok 2 - it
      ---
      diff: 1
      ...
    1..2
not ok 2 - wrong
a warning
1..2
`;
  t.equal(
    withoutPasses(output),
    `TAP version 14
# Subtest: wrong
    not ok 2 - it
      ---
      diff: 1
      ...
not ok 2 - wrong
a warning
`,
  );
});
