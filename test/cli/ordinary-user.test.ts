import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
const NOBODY = 65534;
const reachable = spawnSync("test", ["-r", MAIN], { uid: NOBODY, gid: NOBODY }).status === 0;
const namespaces = spawnSync("unshare", ["-Ur", "true"], { uid: NOBODY, gid: NOBODY }).status === 0;
const skip =
  process.getuid?.() !== 0
    ? "needs root, to become somebody else"
    : !reachable
      ? "other users cannot read this directory"
      : namespaces
        ? false
        : "ordinary users may make no user namespaces here";

t.test("an ordinary user tests the bundled runtime in a user namespace, and nothing is found", { skip }, async (t) => {
  const out = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  chmodSync(out, 0o777);
  t.teardown(() => rmSync(out, { recursive: true, force: true }));
  const only = ["runtime.process", "runtime.user", "runtime.mappings", "runtime.create"].flatMap((id) => ["--only", id]);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, "runtime", "--cases", "5", "--out", out, "--report", "json", ...only],
    {
      uid: NOBODY,
      gid: NOBODY,
      env: { PATH: process.env.PATH, HOME: out },
      encoding: "utf8",
      input: "",
      timeout: 240_000,
      maxBuffer: 2 ** 26,
    },
  );
  t.equal(status, 0, stderr);
  const { summary, host } = JSON.parse(stdout);
  t.match(host, { root: false });
  t.match(summary, { fail: 0, error: 0 });
  t.ok(summary.pass > 30, JSON.stringify(summary));
});
