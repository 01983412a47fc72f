import fc from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import t from "tap";
import { races } from "../../../generators/registry/races.js";
import type { Need } from "../../../reference-registry/faults/fault.js";
import { FAULTS } from "../../../reference-registry/faults/index.js";
import { Drawing } from "../../../runners/draw.js";
import { inParallel } from "../../../runners/explore.js";
import type { Outcome } from "../../../runners/outcome.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { combinations } from "../../../suites/registry/combinations.js";
import { examples } from "../../../suites/registry/index.js";
import { type OpenInProcess, openInProcess } from "./in-process.js";

/* Both directions of each check: the bundled registry passes it, and with the fault that breaks its requirement it fails. */

/** Draws of each example at least, and as many as its tables have rows; the first that fails will do. */
const DRAWS = 3;

/** Races at most until one fails: those faults leave the window open for long. */
const RACES = 60;

/** Registries at a time: some faults make their clients wait. */
const AT_ONCE = 4;

const failed = ({ outcome }: Told): boolean => outcome?.verdict === "fail";

const catalogue = await loadCatalogue("distribution");

/** What came of one case: of its requirement, an outcome, or nothing where the case did not exercise it. */
interface Told {
  readonly title: string;
  readonly outcome: Outcome | undefined;
}

/** What came of one requirement's examples, up to the first failure. */
async function told({ facts, run, outcomes }: OpenInProcess, requirement: string): Promise<readonly Told[]> {
  const found: Told[] = [];
  for (const [at, { aims, cases }] of examples.entries()) {
    if (!aims.includes(requirement)) continue;
    const made = cases(facts);
    if ("unavailable" in made) continue;
    const drawing = new Drawing<RegistryCase>(7 + 100 * at);
    for (let draw = 0; (draw < DRAWS || drawing.isPending) && !found.some(failed); draw++) {
      const subject = { ...drawing.next(made).case, aims };
      found.push({ title: subject.title, outcome: outcomes(subject, await run(subject)).get(requirement) });
    }
  }
  return found;
}

/** What came of the requirement in what is covered by construction, up to the first failure. */
async function combined({ facts, run, outcomes }: OpenInProcess, requirement: string): Promise<readonly Told[]> {
  const found: Told[] = [];
  for (const { rows } of combinations(facts, 2))
    for (const { cases } of rows) {
      if (found.some(failed)) return found;
      const subject = cases.generate(new fc.Random(xorshift128plus(7)), undefined).value;
      found.push({ title: subject.title, outcome: outcomes(subject, await run(subject)).get(requirement) });
    }
  return found;
}

/** The examples, and races until one shows it. */
async function raced(opened: OpenInProcess, requirement: string): Promise<readonly Told[]> {
  const { facts, run, outcomes } = opened;
  const found = [...(await told(opened, requirement))];
  for (let draw = 0; draw < RACES && !found.some(failed); draw++) {
    const subject = races(facts).generate(new fc.Random(xorshift128plus(7 + draw)), undefined).value;
    found.push({ title: subject.title, outcome: outcomes(subject, await run(subject)).get(requirement) });
  }
  return found;
}

/** The bundled registry without a fault, by the release that it is judged by and what its clients can do. */
const sound = new Map<string, Promise<OpenInProcess>>();
function soundOne(release: string, needs: Need | undefined, requirement: string): Promise<OpenInProcess> {
  // A registry without a fault answers, and in its own time.
  const shared = needs === "timeout" ? "" : needs;
  // One that is ended for a while has one user at a time.
  const key = `${release} ${needs === "collection" || needs === "restart" ? requirement : shared}`;
  const opened = sound.get(key) ?? openInProcess({ release, needs: needs === "timeout" ? undefined : needs });
  sound.set(key, opened);
  return opened;
}

t.setTimeout(0);
t.teardown(async () => {
  for (const opened of sound.values()) await (await opened).close();
});

t.test("each fault is noticed by its own requirement, which the registry without a fault passes", async (t) => {
  const passed = new Map<string, Promise<readonly Told[]>>();
  await inParallel(FAULTS, AT_ONCE, new AbortController().signal, async ({ name, requirement, needs, shownBy }) => {
    const release = catalogue.get(requirement)?.until ?? "head";
    const without = await soundOne(release, needs, requirement);
    const right = passed.get(requirement) ?? told(without, requirement);
    passed.set(requirement, right);
    const wrong = (await right).filter(({ outcome }) => outcome?.verdict === "fail" || outcome?.verdict === "error");
    t.same(wrong, [], `${requirement} without a fault`);
    // Whether manifests are limited takes megabytes to learn, and no fault but the limit's own has to do with it.
    const { manifestLimit } = without.facts.choices;
    const choices = (learnt: typeof without.facts.choices) => ({ ...learnt, ...(manifestLimit === undefined ? {} : { manifestLimit }) });
    const broken = await openInProcess({ release, needs, fault: name, large: false, choices });
    try {
      const way = { examples: told, combinations: combined, races: raced }[shownBy ?? "examples"];
      const cases = await way(broken, requirement);
      t.ok(cases.some(failed), `${name} breaks ${requirement}`, { cases });
    } finally {
      await broken.close();
    }
  });
});
