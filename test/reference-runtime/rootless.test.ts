import { accessSync, chmodSync, chownSync, constants, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execaSync } from "execa";
import t from "tap";
import { agentPath, referencePath } from "../../runners/runtime/build-native.js";

const NOBODY = 65534;

/** Whether everybody may enter all directories above a file. */
function reachable(path: string): boolean {
  try {
    for (let at = dirname(path); at !== "/"; at = dirname(at)) accessSync(at, constants.X_OK);
    return execaSync("setpriv", ["--reuid", String(NOBODY), "--clear-groups", "test", "-x", path], { reject: false }).exitCode === 0;
  } catch {
    return false;
  }
}

const skip =
  process.geteuid?.() !== 0
    ? "it takes root to become somebody else"
    : !reachable(referencePath())
      ? `another user cannot reach ${referencePath()}`
      : Number(readFileSync("/proc/sys/user/max_user_namespaces", "utf8")) === 0
        ? "there are no user namespaces"
        : false;

t.test("an ordinary user runs a container, as its root", { skip }, async (t) => {
  const work = mkdtempSync(join(tmpdir(), "oci-ref-rootless-"));
  t.teardown(() => rmSync(work, { recursive: true, force: true }));
  chmodSync(work, 0o755);
  const bundle = join(work, "bundle");
  for (const part of ["", "rootfs", "rootfs/bin", "rootfs/proc", "rootfs/dev", "rootfs/sys"]) {
    mkdirSync(join(bundle, part));
    chownSync(join(bundle, part), NOBODY, NOBODY);
  }
  mkdirSync(join(work, "run"));
  chownSync(join(work, "run"), NOBODY, NOBODY);
  cpSync(agentPath(), join(bundle, "rootfs/bin/agent"));
  const asNobody = (...args: string[]) =>
    execaSync("setpriv", ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups", referencePath(), ...args], {
      env: { XDG_RUNTIME_DIR: join(work, "run") },
      stdin: "ignore",
      reject: false,
    });
  const spec = asNobody("spec", "--rootless", "--bundle", bundle);
  t.equal(spec.exitCode, 0, spec.stderr);
  const path = join(bundle, "config.json");
  const config: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof config !== "object" || config === null || !("process" in config)) throw new TypeError("no process");
  const process = { ...Object(config.process), terminal: false, args: ["/bin/agent", "probe"] };
  writeFileSync(path, JSON.stringify({ ...config, process }));
  const run = asNobody("run", "--bundle", bundle, "rootless");
  t.equal(run.exitCode, 0, run.stderr);
  t.match(run.stdout, /"uid":0\b|"ruid":0\b|"uids":\[0/, "it is root inside");
  t.match(run.stdout, new RegExp(`"hostID":${NOBODY}|0\\s+${NOBODY}\\s+1|\\[0,${NOBODY},1\\]`), "and nobody outside");
  t.equal(asNobody("list", "--quiet").stdout, "", "nothing is left");
});
