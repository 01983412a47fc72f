import t, { type Test } from "tap";
import { Refusal } from "../../ci/right-layout.js";
import { Root } from "../../ci/right-unpack.js";
import { driverFor, preflightFor, sandboxFor } from "../../cli/commands/runtime/target.js";
import { minimalCase as minimalClientCase } from "../../generators/client/minimal.js";
import { anyImage } from "../../generators/image/case.js";
import { anyFaultImage } from "../../generators/image/invalid/cases.js";
import { encodeTar } from "../../generators/image/layer/tar.js";
import { buildLayout, whyUnbuildable } from "../../generators/image/layout/layout.js";
import { sequence } from "../../generators/registry/sequences.js";
import { anyCase } from "../../generators/runtime/case.js";
import { type ClientCase, VERBS } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import { CLIENT_CASE, CLIENT_FACTS, CLIENT_OBSERVATION } from "../../runners/client/formats.js";
import { Player } from "../../runners/client/player.js";
import { embedded } from "../../runners/client/tools/embedded.js";
import { Drawing, draw } from "../../runners/draw.js";
import type { ImageCase } from "../../runners/image/case.js";
import { IMAGE_CASE, IMAGE_OBSERVATION } from "../../runners/image/formats.js";
import type { ImageObservation } from "../../runners/image/observation.js";
import type { Outcome } from "../../runners/outcome.js";
import { REGISTRY_CASE, REGISTRY_FACTS, REGISTRY_OBSERVATION } from "../../runners/registry/formats.js";
import { agentPath, referencePath } from "../../runners/runtime/build-native.js";
import type { RuntimeCase } from "../../runners/runtime/case.js";
import { RUNTIME_CASE, RUNTIME_FACTS, RUNTIME_OBSERVATION } from "../../runners/runtime/formats.js";
import { Pool } from "../../runners/runtime/pool.js";
import type { StoredFacts } from "../../runners/stored-facts.js";
import { parseStored, problemsIn, type StoredFormat } from "../../runners/stored-format.js";
import { CaseError } from "../../spec/errors.js";
import { clientSuite } from "../../suites/client/index.js";
import { judgeTool } from "../../suites/image/tool/judge.js";
import { checks as registryChecks } from "../../suites/registry/index.js";
import { judge as judgeRegistry } from "../../suites/registry/judge.js";
import { checks, sections } from "../../suites/runtime/index.js";
import { judge } from "../../suites/runtime/judge.js";
import { withoutRoot } from "../cli/process.js";
import { casesOf, inProcess } from "../suites/registry/in-process.js";
import { drawExamples } from "../suites/runtime/fixture.js";
import { edits } from "./edited.js";

/*
 * Whatever a hand makes of a stored file, it is refused in one line, or carried out and judged: no check throws at it, and nothing ends as the
 * harness's own fault.
 */

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A file that has the format after an edit; undefined when it was refused, in a line. */
function read<Value>(t: Test, value: unknown, what: string, format: StoredFormat<Value>): Value | undefined {
  try {
    return parseStored("case.json", value, format);
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== "UsageError" || /\p{Cc}/u.test(thrown.message)) t.fail(what, { thrown });
    return undefined;
  }
}

/** That no check threw. */
function assertJudged(t: Test, outcomes: Iterable<readonly [string, Outcome]>, what: string): void {
  for (const [id, outcome] of outcomes) if (outcome.verdict === "error") t.fail(`${what}: ${id}: ${outcome.message}`);
}

/** Edits of facts, as they are stored, that are good: what a judge is then given. */
const editedFacts = <Facts>(t: Test, facts: Facts, count: number, format: StoredFormat<StoredFacts<Facts>>) =>
  edits({ format: format.name, options: {}, facts }, count).flatMap(({ value, what }) => {
    const again = read(t, value, what, format);
    return again ? [{ facts: again.facts, what }] : [];
  });

/** Every so-and-so many of a list. */
const some = <T>(list: readonly T[], step: number): readonly T[] => list.filter((_, index) => index % step === 0);

t.test("edited cases and observations of runtimes", { skip: withoutRoot }, async (t) => {
  const driver = driverFor(referencePath(), { runtimeArg: [], timeout: 1_000 });
  const found = await preflightFor(referencePath(), driver, {});
  const setting = { host: found.host, target: found.target };
  const pool = await Pool.start(agentPath(), sandboxFor(driver, found), driver, 1);
  t.teardown(() => pool.close());
  const examples = sections.flatMap((section) => drawExamples(section, setting, 1).flatMap((cases) => (Array.isArray(cases) ? cases : [])));
  const drawn = draw(anyCase(found.host, found.target.release), 5);
  const cases: RuntimeCase[] = [...some(examples, 12), ...Array.from({ length: 8 }, () => drawn.next().value.case)];
  let carriedOut = 0;
  let judged = 0;
  for (const [at, testCase] of cases.entries()) {
    const observation = await pool.run(testCase);
    t.same(problemsIn(plain(observation), RUNTIME_OBSERVATION), [], testCase.title);
    for (const { value, what } of edits(testCase, 40, 40 * at)) {
      const again = read(t, value, what, RUNTIME_CASE);
      if (!again) continue;
      assertJudged(t, judge(checks, again, observation, setting), what);
      if (++carriedOut % 4 !== 0) continue;
      try {
        assertJudged(t, judge(checks, again, await pool.run(again), setting), what);
      } catch (thrown) {
        if (!(thrown instanceof CaseError)) t.fail(`${testCase.title}: ${what}`, { thrown });
      }
    }
    for (const { value, what } of edits(observation, 40, 40 * at)) {
      const again = read(t, value, what, RUNTIME_OBSERVATION);
      if (!again) continue;
      judged++;
      assertJudged(t, judge(checks, testCase, again, setting), what);
    }
  }
  t.ok(carriedOut > 50, `${carriedOut} edited cases were good`);
  t.ok(judged > 50, `${judged} edited observations were good`);
  const [testCase] = cases;
  if (!testCase) throw new TypeError("there is a case");
  const observation = await pool.run(testCase);
  const facts = editedFacts(t, setting, 400, RUNTIME_FACTS);
  t.ok(facts.length > 20, `${facts.length} edited facts were good`);
  for (const { facts: known, what } of facts) assertJudged(t, judge(checks, testCase, observation, known), what);
});

t.test("edited cases and observations of registries", async (t) => {
  const { facts, run } = await inProcess(t);
  const drawn = draw(sequence(facts), 5);
  const cases = [...some(casesOf(facts, 1), 12), ...Array.from({ length: 6 }, () => drawn.next().value.case)];
  let carriedOut = 0;
  let judged = 0;
  for (const [at, testCase] of cases.entries()) {
    const observation = await run(testCase);
    t.same(problemsIn(plain(observation), REGISTRY_OBSERVATION), [], testCase.title);
    for (const { value, what } of edits(testCase, 24, 24 * at)) {
      const again = read(t, value, what, REGISTRY_CASE);
      if (!again) continue;
      carriedOut++;
      try {
        const seen = await run(again);
        t.same(problemsIn(plain(seen), REGISTRY_OBSERVATION), [], what);
        assertJudged(t, judgeRegistry(registryChecks, again, seen, facts), what);
      } catch (thrown) {
        if (!(thrown instanceof CaseError)) t.fail(`${testCase.title}: ${what}`, { thrown });
      }
    }
    for (const { value, what } of edits(observation, 60, 60 * at)) {
      const again = read(t, value, what, REGISTRY_OBSERVATION);
      if (!again) continue;
      judged++;
      assertJudged(t, judgeRegistry(registryChecks, testCase, again, facts), what);
    }
  }
  t.ok(carriedOut > 50, `${carriedOut} edited cases were good`);
  t.ok(judged > 50, `${judged} edited observations were good`);
  const [testCase] = cases;
  if (!testCase) throw new TypeError("there is a case");
  const observation = await run(testCase);
  const known = editedFacts(t, facts, 400, REGISTRY_FACTS);
  t.ok(known.length > 20, `${known.length} edited facts were good`);
  for (const { facts: others, what } of known) assertJudged(t, judgeRegistry(registryChecks, testCase, observation, others), what);
});

t.test("edited cases and observations of clients", { timeout: 240_000 }, async (t) => {
  const player = await Player.open(embedded(), { timeoutMs: 2000, memoryKiB: 8 << 20 });
  t.teardown(() => player.close());
  const facts: ClientFacts = {
    release: "head",
    tool: "bundled",
    version: "",
    verbs: VERBS.slice(0, -1),
    keeps: "blobs",
    tls: true,
    credentials: true,
  };
  const drawn = clientSuite.examples.flatMap(({ cases, aims }) => {
    const made = cases(facts);
    return "unavailable" in made ? [] : [{ ...new Drawing<ClientCase>(5).next(made).case, aims }];
  });
  const cases = [...some(drawn, 9), ...facts.verbs.map(minimalClientCase)];
  let carriedOut = 0;
  let judged = 0;
  for (const [at, testCase] of cases.entries()) {
    const observation = await player.play(testCase);
    t.same(problemsIn(plain(observation), CLIENT_OBSERVATION), [], testCase.title);
    for (const { value, what } of edits(testCase, 12, 12 * at)) {
      const again = read(t, value, what, CLIENT_CASE);
      if (!again || clientSuite.cannotRun?.(again, facts) !== undefined) continue;
      carriedOut++;
      try {
        const seen = await player.play(again);
        t.same(problemsIn(plain(seen), CLIENT_OBSERVATION), [], what);
        assertJudged(t, clientSuite.judge(again, seen, facts), `${testCase.title}: ${what}`);
      } catch (thrown) {
        if (!(thrown instanceof CaseError)) t.fail(`${testCase.title}: ${what}`, { thrown });
      }
    }
    for (const { value, what } of edits(observation, 40, 40 * at)) {
      const again = read(t, value, what, CLIENT_OBSERVATION);
      if (!again || clientSuite.notOf?.(testCase, again) !== undefined) continue;
      judged++;
      assertJudged(t, clientSuite.judge(testCase, again, facts), `${testCase.title}: ${what}`);
    }
  }
  t.ok(carriedOut > 50, `${carriedOut} edited cases were good`);
  t.ok(judged > 50, `${judged} edited observations were good`);
  const [testCase] = cases;
  if (!testCase) throw new TypeError("there is a case");
  const observation = await player.play(testCase);
  const known = editedFacts(t, facts, 200, CLIENT_FACTS);
  t.ok(known.length > 20, `${known.length} edited facts were good`);
  for (const { facts: others, what } of known) assertJudged(t, clientSuite.judge(testCase, observation, others), what);
});

/** What a tool that does it right shows of an image. */
function observed({ layers }: ImageCase): ImageObservation {
  const root = new Root({ strict: false, follows: true, touches: true, linkHeader: true, copiesAcross: true, dropsTrusted: true });
  let refusal: string | undefined;
  try {
    for (const layer of layers) root.apply(encodeTar(layer));
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    refusal = thrown.message;
  }
  const steps = [{ name: "unpack", status: refusal === undefined ? 0 : 1, stdout: "", stderr: refusal ?? "" }];
  return {
    format: "oci-conform/image-observation@1",
    steps,
    tree: refusal === undefined ? root.tree : null,
    copies: {},
    sources: {},
    escapes: [],
    xattrs: [],
    controls: {},
  };
}

t.test("edited cases and observations of image tools", async (t) => {
  const images = draw(anyImage(), 5);
  const faults = draw(anyFaultImage(), 5);
  const cases = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? images : faults).next().value.case);
  let built = 0;
  let judged = 0;
  for (const [at, testCase] of cases.entries()) {
    const observation = observed(testCase);
    t.same(problemsIn(plain(observation), IMAGE_OBSERVATION), [], testCase.title);
    for (const { value, what } of edits(testCase, 24, 24 * at)) {
      const again = read(t, value, what, IMAGE_CASE);
      if (!again || whyUnbuildable(again) !== undefined) continue;
      built++;
      t.ok(buildLayout(again).files.size > 0, what);
      assertJudged(t, judgeTool(again, observation, { refusedBy: [], converts: true }), what);
    }
    for (const { value, what } of edits(observation, 24, 24 * at)) {
      const again = read(t, value, what, IMAGE_OBSERVATION);
      if (!again) continue;
      judged++;
      assertJudged(t, judgeTool(testCase, again, { refusedBy: [], converts: true }), what);
    }
  }
  t.ok(built > 100, `${built} edited cases were good`);
  t.ok(judged > 100, `${judged} edited observations were good`);
});
