/** What the self-tests of the bundled registry and client share: each seeded fault by itself, and whether it was noticed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequirementResult } from "../reports/results/results.js";
import { inParallel } from "../runners/explore.js";
import { type Catalogue, loadCatalogue } from "../spec/catalogue.js";

/** A requirement broken on purpose. */
interface SeededFault {
  readonly name: string;
  readonly requirement: string;
}

/** What a run that is aimed at the broken requirement says of it; or why there was none. @param work a directory for what it writes */
type Aimed<Fault> = (fault: Fault, catalogue: Catalogue, work: string) => Promise<RequirementResult | string>;

/**
 * Tries the faults of these names, or all, and prints a line for each.
 * @param atOnce how many at a time
 * @returns the exit code: 0 when each was noticed, 1 when one was not, 64 for a name that is none
 */
export async function tryFaults<Fault extends SeededFault>(
  names: readonly string[],
  all: readonly Fault[],
  atOnce: number,
  result: Aimed<Fault>,
): Promise<number> {
  const unknown = names.find((name) => !all.some((fault) => fault.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`selftest: there is no fault ${unknown}\n`);
    return 64;
  }
  const catalogue = await loadCatalogue("distribution");
  const work = mkdtempSync(join(tmpdir(), "oci-conform-selftest-"));
  const faults = all.filter(({ name }) => names.length === 0 || names.includes(name));
  let noticed = 0;
  try {
    await inParallel(faults, atOnce, new AbortController().signal, async (fault) => {
      const found = await result(fault, catalogue, work);
      const good = typeof found !== "string" && found.verdict === "fail";
      if (good) noticed++;
      const how = typeof found === "string" ? ` (${found})` : "";
      process.stdout.write(`${good ? "ok" : "not ok"} - ${fault.name}: ${fault.requirement}${how}\n`);
      if (!good && typeof found !== "string")
        process.stdout.write(`# it says ${found.verdict}, exercised ${found.exercised}${found.reason ? `: ${found.reason}` : ""}\n`);
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  process.stdout.write(`# ${noticed} of ${faults.length} faults noticed (${Math.floor((100 * noticed) / Math.max(1, faults.length))} %)\n`);
  return noticed === faults.length ? 0 : 1;
}
