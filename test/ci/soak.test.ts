import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { roundOf, roundSeed } from "../../ci/soak-part.js";
import { choicesOf } from "../../ci/soak-registry.js";
import { CHOICES } from "../../reference-registry/choices.js";
import type { RequirementResult, Results } from "../../reports/results/results.js";
import { withoutRoot } from "../cli/process.js";

const SOAK = fileURLToPath(new URL("../../ci/soak.js", import.meta.url));
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const soak = (...args: readonly string[]) => spawnSync(process.execPath, [SOAK, ...args], { encoding: "utf8", env });

const requirement = (id: string, parts: Partial<RequirementResult>): RequirementResult => ({
  id,
  level: "MUST",
  section: "",
  title: "",
  verdict: "pass",
  exercised: 9,
  cases: 9,
  failures: 0,
  durationMs: 0,
  ...parts,
});

t.test("what failed once and never again is found too, and what the harness says of itself", async (t) => {
  const requirements = [
    requirement("a", {}),
    requirement("b", { verdict: "fail", failures: 2, finding: { expected: 1, actual: 2, case: "", replay: "replay b" } }),
    requirement("c", { verdict: "skip", failures: 1, reason: "not again" }),
    requirement("d", { verdict: "error", reason: "thrown" }),
  ];
  const results = { cases: 30, requirements, complaints: ["a worker died"] };
  const { findings } = roundOf("it", 7, "out", results as unknown as Results);
  t.same(
    findings.map(({ id, again }) => [id, again]),
    [
      ["b", "replay b"],
      ["c", "kept below out/kept"],
      ["d", "kept below out/kept"],
      ["harness", "seed 7"],
    ],
  );
});

t.test("each part and round has a seed of its own, the same from the same beginning", async (t) => {
  const seeds = [roundSeed(1, "a", 0), roundSeed(1, "a", 1), roundSeed(1, "b", 0), roundSeed(2, "a", 0)];
  t.equal(new Set(seeds).size, seeds.length);
  t.equal(roundSeed(1, "a", 0), seeds[0]);
});

t.test("the bundled registry is soaked as it is, with each choice, and with each pair that goes together", async (t) => {
  const rounds = 6 * CHOICES.length ** 2;
  const seen = new Set(
    Array.from({ length: rounds }, (_, round) =>
      choicesOf(round, 12345)
        .map(({ name }) => name)
        .toSorted()
        .join(" and "),
    ),
  );
  t.ok(seen.has(""));
  for (const { name } of CHOICES) t.ok(seen.has(name), name);
  t.ok(seen.has(["moving-uploads", "pages-of-2"].join(" and ")));
  t.notOk(seen.has("quota-413 and quota-429"), "there is one room");
  const pairs = [...seen].filter((name) => name.includes(" and "));
  t.ok(pairs.length > (CHOICES.length * (CHOICES.length - 1)) / 2 - 30, `${pairs.length} pairs`);
});

t.test("bad use exits 64", async (t) => {
  for (const args of [["nothing"], ["--minutes", "0"], ["--seed", "x"]]) t.equal(soak(...args).status, 64, args.join(" "));
});

// That the bundled one without a fault gives none is what CI soaks it for.
t.test("a bundled runtime with a fault gives a finding, and its case is kept", { skip: withoutRoot }, async (t) => {
  const out = t.testdir();
  const broken = soak("runtime", "--minutes", "10", "--seed", "5", "--out", out, "--fault", "umask-ignored");
  t.equal(broken.status, 1, broken.stdout + broken.stderr);
  t.match(broken.stdout, /✗ runtime\.user\.umask/);
  t.ok(readdirSync(join(out, "5", "runtime-0", "failures")).length > 0);
});

t.test("a right tool, a copier and valid layouts give no finding; a tool with a fault does, and its layout is kept", async (t) => {
  const out = t.testdir();
  for (const part of ["image-tool", "image-copier", "image-layouts"]) {
    const clean = soak(part, "--minutes", "0.001", "--seed", "5", "--out", out);
    t.equal(clean.status, 0, clean.stdout + clean.stderr);
    t.match(clean.stdout, new RegExp(`^${part} +\\d+ cases in \\d+ rounds, .*: 0 found$`, "m"));
  }
  t.same(readdirSync(out), [], "nothing is kept");
  for (const [fault, id] of [
    ["modes-lost", "image.layer.attributes-applied"],
    ["whiteouts-kept", "image.layer.whiteout-removes"],
    ["opaque-hides-own", "image.layer.opaque-any-order"],
  ] as const) {
    const broken = soak("image-tool", "--minutes", "0.001", "--seed", "5", "--out", out, "--fault", fault);
    t.equal(broken.status, 1, broken.stderr);
    t.ok(broken.stdout.includes(`✗ ${id}`), fault);
    t.ok(existsSync(join(out, "5", "image-tool-0", id, "layout", "index.json")), `${fault} is kept`);
  }
});
