/**
 * `npm run selftest:image [-- --layouts N --seed S --fault NAME]`: generates valid layouts, in which nothing may be found but what they
 * say they depart from, by every release; and each fault of the table in some images, in which just the statement that it breaks
 * may be found. A finding too many is a false alarm, and one too few a hole.
 */
import { parseArgs } from "node:util";
import { DEFAULT_SEED } from "../cli/options/common.js";
import { minimalImage } from "../generators/image/base.js";
import { validImage } from "../generators/image/case.js";
import { faultImage, withFault } from "../generators/image/invalid/cases.js";
import type { Fault } from "../generators/image/invalid/input.js";
import { FAULTS } from "../generators/image/invalid/table.js";
import { draw, streamSeed } from "../runners/draw.js";
import { type Catalogue, loadCatalogue } from "../spec/catalogue.js";
import { withoutFault, wrongOfFault, wrongOfValid } from "./judged-image.js";

/** Images besides the minimal one that each fault is put into. */
const IMAGES_A_FAULT = 3;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Judges valid layouts; true when nothing is wrong with any. */
async function valid(layouts: number, seed: number, catalogue: Catalogue): Promise<boolean> {
  const source = draw(validImage(), streamSeed(seed, "images"));
  let bad = 0;
  for (let number = 1; number <= layouts; number++) {
    const subject = source.next().value.case;
    const wrong = await wrongOfValid(subject, catalogue);
    if (wrong.length === 0) continue;
    bad++;
    say(`not ok - valid layout ${number}: ${subject.title}`);
    for (const each of wrong) say(`# ${each}`);
  }
  if (bad === 0) say(`ok - ${layouts} valid layouts, seed ${seed}: nothing found but what they declare, by any release`);
  return bad === 0;
}

/** Judges a fault in the minimal image and in some others; true when just its own statement is broken in each. */
async function broken(fault: Fault, seed: number, catalogue: Catalogue): Promise<boolean> {
  const others = draw(faultImage(fault), streamSeed(seed, fault.name));
  const subjects = [withFault(minimalImage(), fault), ...Array.from({ length: IMAGES_A_FAULT }, () => others.next().value.case)];
  const wrong = new Set<string>();
  for (const subject of subjects) for (const each of await wrongOfFault(fault, subject, catalogue)) wrong.add(each);
  say(`${wrong.size === 0 ? "ok" : "not ok"} - ${fault.name}: ${fault.requirement}`);
  for (const each of wrong) say(`# ${each}`);
  for (const [id, why] of Object.entries(fault.implies ?? {})) say(`# with it goes ${id}: ${why}`);
  return wrong.size === 0;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      layouts: { type: "string", default: "2000" },
      seed: { type: "string", default: `${DEFAULT_SEED}` },
      fault: { type: "string" },
    },
  });
  const [layouts, seed] = [Number(values.layouts), Number(values.seed)];
  const faults = FAULTS.filter(({ name }) => values.fault === undefined || values.fault === name);
  if (!Number.isSafeInteger(layouts) || !Number.isSafeInteger(seed) || faults.length === 0) {
    process.stderr.write(
      faults.length === 0 ? `selftest: there is no fault ${values.fault}\n` : "selftest: --layouts and --seed are whole numbers\n",
    );
    return 64;
  }
  const catalogue = await loadCatalogue("image");
  let good = values.fault !== undefined || (await valid(layouts, seed, catalogue));
  let found = 0;
  for (const fault of faults) if (await broken(fault, seed, catalogue)) found++;
  good &&= found === faults.length;
  const holes = withoutFault(catalogue, FAULTS);
  for (const { id, level } of holes) say(`not ok - ${level} ${id}: no fault breaks it`);
  say(`# ${found} of ${faults.length} faults found by their own statements; ${holes.length} statements without a fault`);
  return good && holes.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
