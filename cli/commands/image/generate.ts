import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Arbitrary } from "fast-check";
import { makeDirectory, writeDirectory } from "../../../files/directory.js";
import { reasonOf } from "../../../files/place.js";
import { validImage } from "../../../generators/image/case.js";
import { anyFaultImage, faultImage } from "../../../generators/image/invalid/cases.js";
import { FAULTS } from "../../../generators/image/invalid/table.js";
import { buildLayout } from "../../../generators/image/layout/layout.js";
import { writeLayout } from "../../../generators/image/layout/write-layout.js";
import { draw, streamSeed } from "../../../runners/draw.js";
import type { ImageCase } from "../../../runners/image/case.js";
import { UsageError } from "../../../spec/errors.js";
import { expectationOf } from "../../../suites/image/tool/expectation.js";
import { makeCommand, parse, wholeNumber } from "../../options/command.js";
import { DEFAULT_SEED } from "../../options/common.js";
import { faultWords } from "./fault-words.js";

interface GenerateOptions {
  readonly out: string;
  readonly count: number;
  readonly seed: number;
  readonly faults: boolean;
}

/** The first of an arbitrary's values for a seed and a name. */
const first = (cases: Arbitrary<ImageCase>, seed: number, name: string): ImageCase => draw(cases, streamSeed(seed, name)).next().value.case;

/** Images by number: the same number and seed give the same image, however many are asked for. */
function* images({ count, seed, faults }: GenerateOptions): Generator<ImageCase> {
  const source = draw(faults ? anyFaultImage() : validImage(), streamSeed(seed, faults ? "faults" : "images"));
  for (let number = 0; number < count; number++) {
    // Each fault of the table once before any comes again.
    const fault = faults ? FAULTS[number] : undefined;
    yield fault ? first(faultImage(fault), seed, fault.name) : source.next().value.case;
  }
}

/** An empty or new directory. @throws UsageError */
function prepare(out: string): void {
  makeDirectory(out, "--out");
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (thrown) {
    throw new UsageError(`--out ${out}: it cannot be read (${reasonOf(thrown)})`);
  }
  if (names.length > 0)
    throw new UsageError(`--out ${out}: there is something in it already (${names[0]}); name a new or an empty directory`);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes one image: `layout/`, the case as data, and what is expected of it. */
function write(directory: string, testCase: ImageCase): void {
  writeDirectory(directory, (temporary) => {
    writeLayout(join(temporary, "layout"), buildLayout(testCase));
    writeFileSync(join(temporary, "case.json"), json(testCase));
    writeFileSync(join(temporary, "expected.json"), json(expectationOf(testCase, faultWords(testCase))));
  });
}

/** `oci-conform image generate`: writes generated layouts, each with what is expected of it and why. */
export async function run(args: readonly string[]): Promise<number> {
  const command = makeCommand("image generate", "Writes generated image layouts, each with what is expected of it and why.")
    .usage("--out DIRECTORY [options]")
    .requiredOption("--out <directory>", "where; new or empty")
    .option("--count <n>", "how many", wholeNumber(1, 1_000_000), 10)
    .option("--seed <n>", "the same seed gives the same layouts", wholeNumber(0, 0x7fffffff), DEFAULT_SEED)
    .option("--faults", "each with one fault: first every fault of the table once", false)
    .addHelpText(
      "after",
      "\nEach NUMBER/ has layout/ (its image is tagged `tested`), case.json (the same as data) and expected.json (the tree, attribute by\nattribute with the statement that decides it, or the fault with the statement that it breaks).",
    );
  if (!parse(command, args)) return 0;
  const options = command.opts<GenerateOptions>();
  prepare(options.out);
  const width = Math.max(4, `${options.count}`.length);
  let number = 0;
  for (const testCase of images(options)) write(join(options.out, `${++number}`.padStart(width, "0")), testCase);
  const more = options.faults && number < FAULTS.length ? `; --count ${FAULTS.length} has every fault of the table once` : "";
  process.stdout.write(`${number} layouts in ${options.out}${more}\n`);
  return 0;
}
