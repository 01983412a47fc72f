import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { STATEMENTS } from "../../../../../suites/image/model/statements.js";
import { conform, script } from "../../../process.js";

const root = process.getuid?.() === 0;
const command = new URL("../../../../../cli/commands/image/tool/tool.js", import.meta.url).href;
const errors = new URL("../../../../../cli/exit.js", import.meta.url).href;
const PROGRAM = `
const [{ run }, { exitCodeOf }] = await Promise.all([import(${JSON.stringify(command)}), import(${JSON.stringify(errors)})]);
try { process.exitCode = await run(process.argv.slice(1)); } catch (thrown) { process.exitCode = exitCodeOf(thrown); }
`;

const home = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
t.teardown(() => rmSync(home, { recursive: true, force: true }));

/** Runs the command in a process of its own: its TAP is not ours. */
const image = (...args: string[]): { readonly status: number | null; readonly out: string; readonly err: string } => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", PROGRAM, "--", ...args, "--out", join(home, "out")],
    {
      encoding: "utf8",
      timeout: 600_000,
      cwd: fileURLToPath(new URL("../../../../../..", import.meta.url)),
    },
  );
  return { status, out: stdout, err: stderr };
};

t.test("bad use is one clear line and 64", { skip: root ? false : "needs root" }, async (t) => {
  t.match(image(), { status: 64, err: /which tool\?/ });
  t.match(image("--tool", "kaniko"), { status: 64, err: /there are umoci, skopeo/ });
  t.match(image("--tool-cmd", "no-such-program {layout} {rootfs}"), {
    status: 64,
    err: /--tool-cmd no-such-program: no such executable in PATH\n$/,
  });
  t.match(image("--tool", "umoci", "--case", "x"), { status: 64, err: /unknown option '--case'/ });
  t.match(image("--tool", "umoci", "--only", "image.layer.whiteout-remove"), {
    status: 64,
    err: /did you mean image.layer.whiteout-removes/,
  });
});

t.test("a command may copy, or make a bundle", { skip: root ? false : "needs root" }, async (t) => {
  t.match(image("--tool-cmd", "sh {layout}"), { status: 64, err: /it must have \{rootfs\}, \{bundle\} or \{copy\} in it/ });
  t.match(image("--tool-cmd", "sh {layout} {copy} {rootfs}"), { status: 64, err: /one of \{rootfs\}, \{bundle\} and \{copy\}/ });
  const id = "image.considerations.content-not-altered";
  for (const [status, command] of [
    [0, "cp -r {layout} {copy}"],
    [1, "cp -r {layout} {copy}; if grep -rq v1.tar+zstd {layout}; then find {copy}/blobs -type f -exec sed -i s/a/b/ '{}' +; fi"],
  ] as const)
    t.equal(image("--tool-cmd", command, "--level", "should", "--only", id, "--cases", "0").status, status, command);
});

t.test("a tool that does nothing cannot be tested", { skip: root ? false : "needs root" }, async (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["true {layout} {rootfs}", /expected a tree with that file; it exits with 0, and nothing is there; --tool-cmd has to unpack/],
    [fake("empty", 'rm "$2/a"'), /it exits with 0, and nothing is there/],
    ["false {layout} {rootfs}", /it fails \(unpack: exit status 1\); try the command of --tool-cmd by hand/],
  ];
  for (const [command, words] of cases) {
    const { status, out, err } = image("--tool-cmd", command);
    t.equal(status, 2, command);
    t.match(err, /^oci-conform: inconclusive: \S+ cannot unpack an image of one layer with one file: /);
    t.match(err, words);
    t.notMatch(out, /^ok /m, "no pass");
  }
  t.match(image("--tool-cmd", fake("slow", "sleep 60"), "--timeout", "1s"), {
    status: 2,
    err: /does not end in time .*a longer --timeout/,
  });
});

t.test("a tool that unpacks the minimal image wrongly is judged", { skip: root ? false : "needs root" }, async (t) => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["content", 'printf b > "$2/a"; touch -d @1600000000 "$2/a"', STATEMENTS.extracted],
    ["mode", 'chmod 600 "$2/a"', STATEMENTS.attributes],
    ["name", 'mv "$2/a" "$2/b"', STATEMENTS.extracted],
    ["gzip", 'if grep -q "tar+gzip" "$1"/blobs/sha256/*; then exit 1; fi', STATEMENTS.extracted],
  ];
  for (const [name, how, id] of cases) {
    const file = join(home, `${name}.json`);
    const { status } = image("--tool-cmd", fake(name, how), "--cases", "0", "--only", id, "--bail", "--report", `json=${file}`);
    t.equal(status, 1, name);
    const { requirements } = JSON.parse(readFileSync(file, "utf8"));
    t.match(
      requirements.find((each: { id: string }) => each.id === id),
      { verdict: "fail" },
      name,
    );
  }
});

const umoci = root && spawnSync("umoci", ["--version"]).status === 0 ? false : "needs root and umoci";

t.test("a real tool: passes, findings that are small, stored and replayed, the same each time", { skip: umoci }, async (t) => {
  const args = ["--tool", "umoci", "--cases", "0", "--only", "image.layer", "--only", "image.conversion.labels-first"];
  const runs = ["one", "two"].map((name) => {
    const file = join(home, `${name}.json`);
    const { status } = image(...args, "--report", `json=${file}`);
    t.equal(status, 1);
    return JSON.parse(readFileSync(file, "utf8"));
  });
  const verdicts = (results: { requirements: { id: string; verdict: string }[] }) =>
    results.requirements.map(({ id, verdict }) => `${id} ${verdict}`);
  t.strictSame(verdicts(runs[0]), verdicts(runs[1]));
  t.ok(verdicts(runs[0]).includes("image.layer.whiteout-removes pass"));
  t.ok(verdicts(runs[0]).includes("image.conversion.labels-first fail"));
  const stored = join(home, "out", "failures", "umoci-image.conversion.labels-first");
  for (const name of ["README.md", "case.json", "expected.json", "observation.json", "reproduce.sh", "facts.json", "layout"])
    t.ok(existsSync(join(stored, name)), name);
  t.match(
    readFileSync(join(stored, "README.md"), "utf8"),
    /^# MUST image\.conversion\.labels-first\n[\s\S]*expected: other\n- actual: linux\n/,
  );

  const failed = { code: 1, stdout: /FAIL MUST image\.conversion\.labels-first/ };
  t.match(await conform("replay", stored, "--tool", "umoci"), { ...failed, stderr: "oci-conform: as stored: --spec 1.1.1\n" });
  t.match(
    await conform("replay", join(stored, "case.json"), "--tool-cmd", fake("unpack", "exit 0")),
    { code: 0, stdout: /0 fail/ },
    "another tool",
  );
  t.match(await conform("judge", join(stored, "observation.json")), { ...failed, stderr: "" });
  t.match(await conform("replay", stored), {
    code: 64,
    stderr: /^oci-conform: replay: the case is an image tool's; --tool is missing\n$/,
  });
  t.match(await conform("replay", stored, "--tool", "kaniko"), { code: 64, stderr: /there are umoci, skopeo/ });

  const reproduced = spawnSync("sh", [join(stored, "reproduce.sh")], { encoding: "utf8", input: "", timeout: 600_000 });
  t.match(reproduced, {
    status: 0,
    stdout: /exit status 0\n= the tree:.*\nd .*\nf 644 0:0 1 16[\s\S]*= config\.json\n[\s\S]*image\.os": "linux"/,
  });
});

/** A fake tool that unpacks an image of one layer with one file, and does something more. */
const fake = (name: string, more: string): string => {
  const unpack = 'mkdir "$2"; printf a > "$2/a"; touch -d @1600000000 "$2/a"; chmod 644 "$2/a"';
  return `${script(home, name, `${unpack}\n${more}`)} {layout} {rootfs}`;
};

t.test("tools that fall over, hang, or take all memory: each is a finding", { skip: root ? false : "needs root" }, async (t) => {
  // It unpacks the minimal image; what has a fault in its manifest or config makes it misbehave.
  for (const [id, how] of [
    ["robustness.image.crash", "kill -SEGV $$"],
    ["robustness.image.hang", "sleep 60"],
    ["robustness.image.memory", "exec sh -c 'head -c 900M /dev/zero | tail -n 1'"],
    ["robustness.image.leftovers", "sleep 100 & exit 1"],
    ["robustness.image.escape", 'printf x > "$2/../canary/file"'],
  ] as const) {
    const file = join(home, `${id}.json`);
    const limits = ["--timeout", "1s", "--memory", "256", "--cases", "0", "--bail"];
    // Any requirement that the faulty image is aimed at, so that it is among the cases.
    const only = ["--only", id, "--only", "image.config.rootfs-unknown-type-error"];
    const { status } = image(
      "--tool-cmd",
      fake(id, `if grep -rq abacus "$1/blobs"; then ${how}; fi`),
      ...limits,
      ...only,
      "--report",
      `json=${file}`,
    );
    t.equal(status, 1, id);
    const { requirements } = JSON.parse(readFileSync(file, "utf8"));
    t.match(
      requirements.find((each: { id: string }) => each.id === id),
      { verdict: "fail", finding: { replay: /^oci-conform replay .* --tool-cmd / } },
      id,
    );
  }
});
