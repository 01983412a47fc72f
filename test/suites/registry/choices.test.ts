import fc, { type Arbitrary } from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import t from "tap";
import { sequence } from "../../../generators/registry/sequences.js";
import { CHOICES, type Choice } from "../../../reference-registry/choices.js";
import { inParallel } from "../../../runners/explore.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { Settling } from "../../../runners/registry/settle.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { isBehind } from "../../../suites/registry/behind.js";
import { examples, registrySuite } from "../../../suites/registry/index.js";
import { openInProcess } from "./in-process.js";

/*
 * What the spec leaves to a registry is no finding: the reference registry is judged as it is, and with each of its choices made otherwise,
 * by the examples of all requirements and by sequences. The soak draws ever new ones (`npm run soak -- registry`).
 */

const SEQUENCES = 5;

/** The one choice for which manifests of megabytes are pushed: none of the others has to do with the size of one. */
const LARGE = "large-manifests";

t.setTimeout(0);

let number = 0;
const catalogue = await loadCatalogue("distribution");

/** What fails, with the case that shows it. */
async function findings(release: string, choice: Choice | undefined): Promise<string[]> {
  number++;
  const large = choice === undefined || choice.name === LARGE;
  const { facts, run, outcomes, close } = await openInProcess({
    release,
    large,
    settling: new Settling(10_000, isBehind),
    choices: (learnt) => (large ? learnt : { ...learnt, manifestLimit: false }),
    ...(choice === undefined ? {} : { choice: choice.name }),
  });
  try {
    const cases = examples.flatMap(({ aims, cases: from }) => {
      const made = from(facts);
      return "unavailable" in made ? [] : [{ aims, made }];
    });
    const all: { aims: readonly string[]; made: Arbitrary<RegistryCase> }[] = [
      ...cases,
      ...Array.from({ length: SEQUENCES }, () => ({ aims: [], made: sequence(facts) })),
    ];
    const found: string[] = [];
    await inParallel(all.entries(), 8, new AbortController().signal, async ([at, { aims, made }]) => {
      const subject = { ...made.generate(new fc.Random(xorshift128plus(100 * number + at)), undefined).value, aims };
      for (const [id, outcome] of outcomes(subject, await run(subject))) {
        const requirement = catalogue.get(id);
        if (requirement && registrySuite.notApplicable(requirement, facts) !== undefined) continue;
        if (outcome.verdict === "fail" && !choice?.against?.includes(id))
          found.push(
            `${id}: ${subject.title}: ${outcome.note ?? ""} ${JSON.stringify(outcome.expected)} ${JSON.stringify(outcome.actual)}`,
          );
        if (outcome.verdict === "error") found.push(`${id}: ${outcome.message}`);
      }
    });
    return found;
  } finally {
    await close();
  }
}

t.test("as it is, the reference registry does what each release says", async (t) => {
  for (const release of ["1.0.1", "1.1.1", "head"]) t.same(await findings(release, undefined), [], release);
});

for (const choice of CHOICES) {
  t.test(`${choice.name} is no finding`, async (t) => {
    t.same(await findings("head", choice), []);
    for (const id of choice.against ?? []) t.equal(catalogue.get(id)?.level, "SHOULD", id);
  });
}
