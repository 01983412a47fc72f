import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { run } from "../../../../cli/commands/image/generate.js";
import { FAULTS } from "../../../../generators/image/invalid/table.js";

const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
t.teardown(() => rmSync(home, { recursive: true, force: true }));

/** Every file below a directory with its content. */
const filesOf = (directory: string): [string, string][] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => [
      join(entry.parentPath, entry.name).slice(directory.length),
      readFileSync(join(entry.parentPath, entry.name), "latin1"),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));

t.test("the same seed gives the same layouts; more of them do not change the first", async (t) => {
  await run(["--out", join(home, "one"), "--count", "3", "--seed", "5"]);
  await run(["--out", join(home, "two"), "--count", "4", "--seed", "5"]);
  const [one, two] = [filesOf(join(home, "one")), filesOf(join(home, "two"))];
  t.strictSame(
    two.filter(([path]) => !path.startsWith("/0004/")),
    one,
  );
  t.ok(one.some(([path]) => path === "/0001/layout/index.json") && one.some(([path]) => path === "/0002/expected.json"));
});

t.test("with --faults, every fault of the table comes once first", async (t) => {
  await run(["--out", join(home, "faults"), "--count", `${FAULTS.length}`, "--faults"]);
  const names = readdirSync(join(home, "faults"))
    .sort()
    .map((each) => JSON.parse(readFileSync(join(home, "faults", each, "expected.json"), "utf8")).fault.name);
  t.strictSame(
    names,
    FAULTS.map(({ name }) => name),
  );
});

t.test("a directory with something in it is left alone", async (t) => {
  await t.rejects(run(["--out", join(home, "one")]), { name: "UsageError", message: /something in it already/ });
  await t.rejects(run(["--out", "/proc/nothing/here"]), { name: "UsageError" }, "and where no directory can be made, it ends");
});
