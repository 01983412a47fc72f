/**
 * `npm run surroundings [-- NAME… [-- ARG…]]`: tests the bundled runtime as different callers, whom the host grants less than root has. In
 * none is there a finding: what cannot be had is a skip, whose reason is printed. Needs root, to become somebody else.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Results } from "../reports/results/results.js";
import { commandIn, SURROUNDINGS, type Surrounding } from "./surroundings-table.js";

/** What a run in a surrounding came to. */
interface Ended {
  readonly ok: boolean;
  readonly words: string;
  readonly skips: ReadonlyMap<string, readonly string[]>;
}

function tryIn(surrounding: Surrounding, args: readonly string[], whole: boolean): Ended {
  const work = mkdtempSync(join(tmpdir(), "oci-conform-surroundings-"));
  try {
    const command = ["runtime", "--report", "json", ...(whole ? [] : ["--cases", "0"]), ...args];
    const started = Date.now();
    const { argv, env } = commandIn(surrounding, work, command);
    const { status, signal, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      maxBuffer: 2 ** 28,
      timeout: 1_800_000,
    });
    const took = `${Math.round((Date.now() - started) / 1000)} s`;
    const none = new Map<string, string[]>();
    const expected = surrounding.ends;
    if (expected) {
      const lines = stderr.trim().split("\n");
      const ok = status === expected.code && lines.length === 1 && expected.words.test(stderr);
      return { ok, words: `exit ${signal ?? status}, ${stderr.trim()}`, skips: none };
    }
    if (status !== 0 && status !== 1) return { ok: false, words: `exit ${signal ?? status}, ${took}: ${stderr.trim()}`, skips: none };
    const { summary, requirements }: Results = JSON.parse(stdout);
    const bad = requirements.filter(({ verdict }) => verdict === "fail" || verdict === "error");
    const skips = new Map<string, string[]>();
    for (const { id, verdict, reason } of requirements) {
      if (verdict !== "skip" && verdict !== "unexercised") continue;
      const words = `${verdict}: ${reason ?? ""}`;
      skips.set(words, [...(skips.get(words) ?? []), id]);
    }
    const told = bad.map(({ id, verdict, reason, finding }) => `\n    ${verdict} ${id}: ${reason ?? JSON.stringify(finding)}`);
    return {
      ok: status === 0 && bad.length === 0 && stderr === "",
      words: `exit ${signal ?? status}, ${took}, ${summary.pass} passed, ${summary.skip} skipped${told.join("")}${stderr && `\n    ${stderr.trim()}`}`,
      skips,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function main(argv: readonly string[]): number {
  const end = argv.indexOf("--");
  const names = end < 0 ? argv : argv.slice(0, end);
  const args = end < 0 ? [] : argv.slice(end + 1);
  const unknown = names.find((name) => !SURROUNDINGS.some((each) => each.name === name));
  if (unknown !== undefined || process.getuid?.() !== 0) {
    const there = SURROUNDINGS.map(({ name }) => name).join(", ");
    process.stderr.write(`surroundings: ${unknown === undefined ? "needs root" : `there is no ${unknown}, but: ${there}`}\n`);
    return 64;
  }
  let failed = 0;
  /** Told once each. */
  const reasons = new Map<string, { readonly ids: readonly string[]; readonly at: string[] }>();
  for (const surrounding of SURROUNDINGS) {
    if (names.length > 0 && !names.includes(surrounding.name)) continue;
    const { ok, words, skips } = tryIn(surrounding, args, args.includes("--cases"));
    if (!ok) failed++;
    process.stdout.write(`${ok ? "ok" : "not ok"} - ${surrounding.name}: ${words}\n`);
    for (const [reason, ids] of skips) {
      const known = reasons.get(reason);
      if (known) known.at.push(surrounding.name);
      else reasons.set(reason, { ids, at: [surrounding.name] });
    }
  }
  for (const [reason, { ids, at }] of reasons) process.stdout.write(`# ${reason}\n#   ${ids.join(" ")}\n#   in: ${at.join(", ")}\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
