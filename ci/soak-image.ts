import { rmSync } from "node:fs";
import { join } from "node:path";
import { rowsOf } from "../cli/session/combinations.js";
import { sourcesOf } from "../cli/session/sources.js";
import { validImage } from "../generators/image/case.js";
import { buildLayout } from "../generators/image/layout/layout.js";
import { writeLayout } from "../generators/image/layout/write-layout.js";
import { draw, streamSeed } from "../runners/draw.js";
import type { ImageCase } from "../runners/image/case.js";
import type { ImageFacts } from "../runners/image/facts.js";
import { combinationCases, casesOf as examplesOf, streamOf } from "../runners/streams.js";
import { loadCatalogue } from "../spec/catalogue.js";
import { imageToolSuite } from "../suites/image/tool/index.js";
import { wrongOfValid } from "./judged-image.js";
import { choicesOf, RightTool, type Wrong } from "./right-tool.js";
import { FAULTS, type Fault } from "./right-unpack.js";
import type { Soak, SoakFinding, SoakRun } from "./soak-part.js";

/** Images of one round, and how many the first has whatever the time: those of all examples, and all pairs of layouts and configs. */
const ROUND = 1000;
const AT_LEAST = 690;

/** Valid layouts are all drawn alike: of them the first round has so many. */
const LAYOUTS_AT_LEAST = 60;

/** The cases of a round: those of the examples in turn until each row of each table was there, what is covered by construction, and general ones. */
function* casesOf(facts: ImageFacts, seed: number): Generator<ImageCase> {
  const streams = sourcesOf(imageToolSuite, facts, { fuzz: true }).flatMap(({ name, aims, cases }) =>
    "unavailable" in cases ? [] : [streamOf(name, aims, cases, seed)],
  );
  for (const { drawn } of examplesOf(1, true, streams)) yield drawn.case;
  for (const { drawn } of combinationCases(rowsOf(imageToolSuite.combinations?.(facts, 2) ?? []), seed, () => true)) yield drawn.case;
  for (const { case: testCase } of draw(imageToolSuite.general(facts, { fuzz: true }), streamSeed(seed, "general"))) yield testCase;
}

/** Goes through rounds of cases until the time is up; `judge` gives what is wrong with one. */
async function rounds(
  run: SoakRun,
  target: string,
  cases: (seed: number) => Iterable<ImageCase>,
  judge: (subject: ImageCase, number: number) => Promise<readonly Wrong[]>,
  atLeast = AT_LEAST,
): Promise<void> {
  for (let round = 0; Date.now() < run.until && !run.signal.aborted; round++) {
    const seed = run.seed(round);
    const findings = new Map<string, SoakFinding>();
    let number = 0;
    for (const subject of cases(seed)) {
      const over = round > 0 || number >= atLeast;
      if (number >= ROUND || (over && Date.now() >= run.until) || run.signal.aborted) break;
      for (const [id, actual] of await judge(subject, seed + number)) {
        const earlier = findings.get(id);
        const first = () => {
          const directory = join(run.out(round), id);
          rmSync(directory, { recursive: true, force: true });
          writeLayout(join(directory, "layout"), buildLayout(subject));
          return directory;
        };
        findings.set(id, {
          id,
          failures: (earlier?.failures ?? 0) + 1,
          actual: earlier?.actual ?? { case: subject, found: actual, choices: choicesOf(seed + number) },
          again: earlier?.again ?? first(),
        });
      }
      number++;
    }
    run.tell({ target, seed, cases: number, findings: [...findings.values()] });
  }
}

const isFault = (name: string | undefined): name is Fault => FAULTS.some((each) => each === name);

function tool(copying: boolean, target: string): Soak {
  return (run) => {
    const own = new RightTool(copying, isFault(run.fault) ? run.fault : undefined);
    return rounds(
      run,
      target,
      (seed) => casesOf(own.facts, seed),
      (subject, number) => own.found(subject, number),
    );
  };
}

/** A tool of our own that unpacks as the spec says, with the choices that it leaves made one way and the other. */
export const imageTool: Soak = tool(false, "unpacks and converts");

/** A tool of our own that copies. */
export const imageCopier: Soak = tool(true, "copies");

/** Reading valid layouts: nothing is found in them but what they say they depart from. */
export const imageLayouts: Soak = async (run) => {
  const catalogue = await loadCatalogue("image");
  const valid = function* (seed: number): Generator<ImageCase> {
    for (const { case: subject } of draw(validImage(), seed)) yield subject;
  };
  const judge = async (subject: ImageCase): Promise<readonly Wrong[]> =>
    (await wrongOfValid(subject, catalogue)).map((words) => [words.split(":")[1]?.trim() ?? words, words]);
  await rounds(run, "valid layouts", valid, judge, LAYOUTS_AT_LEAST);
};
