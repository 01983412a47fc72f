import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";

const root = process.getuid?.() === 0;
const command = new URL("../../cli/image-tool.js", import.meta.url).href;
const errors = new URL("../../cli/exit.js", import.meta.url).href;
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
      timeout: 240_000,
      cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    },
  );
  return { status, out: stdout, err: stderr };
};

t.test("bad use is one clear line and 64", { skip: root ? false : "needs root" }, async (t) => {
  t.match(image(), { status: 64, err: /which tool\?/ });
  t.match(image("--tool", "kaniko"), { status: 64, err: /there are umoci, skopeo/ });
  t.match(image("--tool-cmd", "no-such-program {layout} {rootfs}"), { status: 64, err: /no-such-program/ });
  t.match(image("--tool", "umoci", "--only", "image.layer.whiteout-remove"), {
    status: 64,
    err: /did you mean image.layer.whiteout-removes/,
  });
});

t.test("a tool that does nothing cannot be tested", { skip: root ? false : "needs root" }, async (t) => {
  t.match(image("--tool-cmd", "true {layout} {rootfs}"), { status: 2, out: /cannot unpack an image of one layer/ });
});

const umoci = root && spawnSync("umoci", ["--version"]).status === 0 ? false : "needs root and umoci";

t.test(
  "a real tool: passes, findings that are small, stored and replayed, the same each time",
  { skip: umoci, timeout: 300_000 },
  async (t) => {
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
    t.ok(["case.json", "observation.json", "reproduce.sh", "layout"].every((name) => existsSync(join(stored, name))));
    t.match(image("--tool", "umoci", "--case", stored), { status: 1, out: /FAIL MUST image.conversion.labels-first/ });
    const agent = fileURLToPath(new URL("../../agent", import.meta.url));
    const reproduced = spawnSync("sh", [join(stored, "reproduce.sh")], {
      encoding: "utf8",
      env: { ...process.env, AGENT: agent },
      timeout: 60_000,
    });
    t.match(reproduced.stdout, /=config\.json /);
  },
);
