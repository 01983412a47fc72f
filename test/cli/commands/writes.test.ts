import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { FORMAT_NAMES } from "../../../reports/outputs.js";
import { passed, resultsOf } from "../../reports/fixture.js";
import { conform, withoutRoot } from "../process.js";

const MAIN = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));

/** A directory with results to report. */
function withResults(t: Test): { readonly directory: string; readonly results: string } {
  const directory = t.testdir();
  const results = join(directory, "results.json");
  writeFileSync(results, JSON.stringify(resultsOf([passed])));
  return { directory, results };
}

/** A /dev of its own, in memory, for whoever runs below: nothing that is done to it is done to the machine. */
const OWN_DEV = `
  mount -t tmpfs -o mode=755 tmpfs /dev || exit 99
  for node in "null 1 3" "zero 1 5" "full 1 7" "urandom 1 9"; do set -- $node; mknod -m 666 "/dev/$1" c "$2" "$3" || exit 99; done
  ln -s /proc/self/fd /dev/fd; ln -s /proc/self/fd/1 /dev/stdout; ln -s /proc/self/fd/2 /dev/stderr; ln -s null /dev/link
  stat -c "%n %F %t %T %a %u" /dev/* >"$STOCK"
`;

/** Runs a script with a /dev of its own and `conform` for the command line; returns what it said, and how its /dev differs afterwards. */
function inOwnDev(
  directory: string,
  script: string,
): { readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly changes: string } {
  const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env;
  const text = `${OWN_DEV}
    conform() { "$NODE" "$MAIN" "$@"; }
    cd "$DIRECTORY" && { ${script}
    }; code=$?
    stat -c "%n %F %t %T %a %u" /dev/* >"$STOCK.after"
    diff "$STOCK" "$STOCK.after" >"$STOCK.changes"; exit $code`;
  const stock = join(directory, "stock");
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "bash", "-c", text], {
    encoding: "utf8",
    env: { ...env, STOCK: stock, DIRECTORY: directory, NODE: process.execPath, MAIN },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { code: status, stdout, stderr, changes: readFileSync(`${stock}.changes`, "utf8") };
}

t.test("a report to a device leaves it a device", { skip: withoutRoot }, async (t) => {
  const { directory } = withResults(t);
  for (const device of ["null", "zero", "link", "stderr"]) {
    const reports = FORMAT_NAMES.map((format) => `--report ${format}=/dev/${device}`).join(" ");
    const { code, stdout, stderr, changes } = inOwnDev(directory, `conform report show results.json ${reports}`);
    t.equal(code, 0, `${device}: ${stderr}`);
    t.match(stdout, /^TAP version 14/, device);
    t.equal(changes, "", device);
  }
  const compared = inOwnDev(directory, "conform report compare results.json results.json --report markdown=/dev/null");
  t.match(compared, { code: 0, changes: "" });
  const full = inOwnDev(directory, "conform report show results.json --report json=/dev/full");
  t.match(full, { code: 64, stderr: /\/dev\/full cannot be written \(ENOSPC\)/, changes: "" });
});

t.test("a report to standard output by its name goes there", { skip: withoutRoot }, async (t) => {
  const { directory } = withResults(t);
  const whole = `  "format": "oci-conform/results@1"`;
  for (const name of ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev/stdout"]) {
    const script = `echo before; conform report show results.json --report json=${name} && echo after`;
    const { stdout, stderr, changes } = inOwnDev(directory, script);
    t.match(stdout, /^before\nTAP version 14[\s\S]*\{\n[\s\S]*\}\nafter\n$/, `${name}: ${stderr}`);
    t.ok(stdout.includes(whole), name);
    t.equal(changes, "");
    inOwnDev(directory, `{ ${script}; } >log`);
    t.equal(readFileSync(join(directory, "log"), "utf8"), stdout, `${name} as a file`);
  }
  const substituted = inOwnDev(directory, "conform report show results.json --report json=>(cat >read); wait $!");
  t.match(substituted, { code: 0, changes: "" });
  t.ok(readFileSync(join(directory, "read"), "utf8").includes(whole), "a process of the shell reads it");
});

t.test("a baseline that is brought up to date is written in place, too", { skip: withoutRoot }, async (t) => {
  const { directory } = withResults(t);
  const { stderr, changes } = inOwnDev(directory, "conform report merge results.json --baseline /dev/stdout --update-baseline");
  t.equal(changes, "", stderr);
});

t.test("a link stays a link", async (t) => {
  const { directory, results } = withResults(t);
  writeFileSync(join(directory, "target"), "old");
  symlinkSync("target", join(directory, "link"));
  symlinkSync("new", join(directory, "dangling"));
  const { code, stderr } = await conform(
    "report",
    "show",
    results,
    "--report",
    `json=${directory}/link`,
    "--report",
    `tap=${directory}/dangling`,
  );
  t.equal(code, 0, stderr);
  t.ok(lstatSync(join(directory, "link")).isSymbolicLink());
  t.ok(lstatSync(join(directory, "dangling")).isSymbolicLink());
  t.match(readFileSync(join(directory, "target"), "utf8"), /^\{/);
  t.match(readFileSync(join(directory, "new"), "utf8"), /^TAP/);
});

t.test("where nothing can be written is bad use, before anything runs", async (t) => {
  const { directory, results } = withResults(t);
  const marker = join(directory, "ran");
  writeFileSync(join(directory, "runtime"), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  const runtime = ["runtime", "--bin", join(directory, "runtime")];
  const wrong: readonly (readonly [string, RegExp])[] = [
    [join(directory, "none", "out"), /there is no directory \S+none\n$/],
    [directory, /is a directory/],
    [`${directory}/new/`, /is a directory/],
    [join(results, "out"), /is not a directory/],
  ];
  const refused = async (args: readonly string[], said: RegExp): Promise<void> => {
    const { code, stderr } = await conform(...args);
    t.equal(code, 64, `${args.join(" ")}: ${stderr}`);
    t.match(stderr, said, args.join(" "));
  };
  for (const [file, said] of wrong) {
    await refused([...runtime, "--report", `json=${file}`], said);
    await refused(["report", "show", results, "--report", `html=${file}`], said);
  }
  const none = join(directory, "none", "out");
  await refused([...runtime, "--baseline", none, "--update-baseline"], /there is no directory/);
  await refused(["report", "compare", results, results, "--report", `markdown=${none}`], /there is no directory/);

  for (const out of [results, join(results, "below"), "/dev/null", "/proc/none"])
    await refused([...runtime, "--out", out], /^oci-conform: --out/);
  await refused(["registry", "--out", results], /^oci-conform: --out/);
  await refused(["image", "generate", "--out", "/dev/null"], /^oci-conform: --out/);
  await refused(["requirements", "--pages", results], /^oci-conform: --pages/);
  t.notOk(existsSync(marker));
  t.strictSame(readdirSync(directory).sort(), ["results.json", "runtime"]);
});
