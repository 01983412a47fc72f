import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import t from "tap";
import { removeOrphans, temporaryDirectory, temporaryName } from "../../files/temporary.js";

const MODULE = new URL("../../files/temporary.js", import.meta.url).href;

t.test("what a killed process leaves is removed, and nothing else", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "orphans-"));
  t.teardown(() => rmSync(home, { recursive: true }));
  const script = `const { temporaryDirectory, temporaryName } = await import(${JSON.stringify(MODULE)});
    const { writeFileSync } = await import("node:fs");
    for (const kind of ["registry", "image"]) writeFileSync(temporaryDirectory(kind) + "/file", "x");
    writeFileSync(temporaryName(process.env.TMPDIR), "x");
    process.kill(process.pid, "SIGKILL");`;
  const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { env: { ...process.env, TMPDIR: home } });
  t.equal(signal, "SIGKILL");
  const left = readdirSync(home);
  t.equal(left.length, 3);

  const before = process.env.TMPDIR;
  process.env.TMPDIR = home;
  const own = basename(temporaryDirectory("image"));
  process.env.TMPDIR = before ?? "";
  if (before === undefined) delete process.env.TMPDIR;
  const ownFile = basename(temporaryName(home));
  writeFileSync(join(home, ownFile), "x");
  // Another namespace's process, another pattern, and one whose id somebody else has now.
  const others = [left[0]?.replace(/\d+-/, "12345-") ?? "", "oci-conform-registry-abcdef", "oci-conform-x"];
  for (const name of others) mkdirSync(join(home, name));
  const reused = (own.match(/^(.*-)\d+-\w+$/)?.[1] ?? "").concat("1-abcdef");
  mkdirSync(join(home, reused));
  removeOrphans(home);
  t.strictSame(readdirSync(home).sort(), [own, ownFile, ...others].sort());
  removeOrphans(join(home, "none"));
});
