import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";

/** The library of both C programs, under AddressSanitizer and UBSan; `library.c` tests it. */
const root = fileURLToPath(new URL("../../..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "c-library-"));
t.teardown(() => rmSync(work, { recursive: true, force: true }));
const program = join(work, "library");

const sources = readdirSync(join(root, "c"))
  .filter((name) => name.endsWith(".c"))
  .map((name) => join(root, "c", name));
const FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", `-I${root}`, "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"];
const SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

t.test("the library of both C programs", async (t) => {
  const built = spawnSync("cc", [...FLAGS, ...SANITIZERS, "-o", program, join(root, "test", "c", "library.c"), ...sources], {
    encoding: "utf8",
  });
  t.equal(built.status, 0, built.stderr);
  const run = spawnSync(program, { cwd: work, encoding: "utf8" });
  t.equal(run.status, 0, run.stderr);
  t.equal(run.stderr, "");
  const lines = run.stdout.trimEnd().split("\n");
  const results = lines.filter((line) => /^(not )?ok /.test(line));
  t.equal(lines.at(-1), `1..${results.length}`);
  for (const line of results) t.match(line, /^ok /, line);
});
