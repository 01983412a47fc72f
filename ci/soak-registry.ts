import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registryOptions } from "../cli/commands/registry/options.js";
import { testable } from "../cli/commands/registry/registry.js";
import { RegistryTarget } from "../cli/commands/registry/target.js";
import { runSuite, suiteOptionsFrom } from "../cli/session/run-suite.js";
import { CHOICES, type Choice } from "../reference-registry/choices.js";
import { serve } from "../reference-registry/serve.js";
import { loadCatalogue } from "../spec/catalogue.js";
import { RELEASES } from "../spec/distribution/releases.js";
import { registrySuite } from "../suites/registry/index.js";
import { nextRound, roundOf, type Soak, type SoakRun } from "./soak-part.js";

/** A round has each example once, and general cases for so long. */
const ROUND_MS = 4000;

/** Choices that do not go together, and why. */
const APART: readonly { readonly one: RegExp; readonly other: RegExp; readonly why: string }[] = [
  { one: /^quota-/, other: /^quota-/, why: "there is one room" },
  { one: /^tags-stay-/, other: /^tags-stay-/, why: "a tag that stays is refused once" },
  { one: /^names-of-/, other: /^names-of-/, why: "the shorter names are the other's too" },
];

type Pair = readonly [Choice, Choice];

const together = ({ name: a }: Choice, { name: b }: Choice): boolean =>
  !APART.some(({ one, other }) => (one.test(a) && other.test(b)) || (one.test(b) && other.test(a)));

/** Every two choices that go together. */
const PAIRS: readonly Pair[] = CHOICES.flatMap((one, at) =>
  CHOICES.slice(at + 1).flatMap((other): Pair[] => (together(one, other) ? [[one, other]] : [])),
);

/** The item of a list that a round takes: one after the other, from where the soak's seed says. */
const inTurn = <T>(list: readonly T[], from: number, turn: number): T => list[(from + turn) % list.length] as T;

/** What a round's registry does otherwise: nothing in one of six, one choice in another, a pair in the rest. */
export function choicesOf(round: number, from: number): readonly Choice[] {
  const turn = Math.floor(round / 6);
  if (round % 6 === 0) return [];
  return round % 6 === 1 ? [inTurn(CHOICES, from, turn)] : inTurn(PAIRS, from, turn * 4 + (round % 6) - 2);
}

/** The release by which a round is judged: of the plain registry each in turn, else the newest. */
const releaseOf = (round: number): string => (round % 6 === 0 ? inTurn(RELEASES, RELEASES.length - 1, round / 6) : "head");

async function explore(run: SoakRun, round: number, time: number): Promise<void> {
  const [seed, out, release] = [run.seed(round), run.out(round), releaseOf(round)];
  const choices = choicesOf(round, run.seed(0));
  const dir = mkdtempSync(join(tmpdir(), "oci-conform-soak-registry-"));
  const registry = await serve({
    dir,
    durable: false,
    tagOrder: release === "head" ? "bytes" : "caseless",
    choices: choices.map(({ name }) => name),
    ...(run.fault === undefined ? {} : { fault: run.fault }),
  });
  try {
    const options = registryOptions([
      ...["--url", registry.url, "--spec", release, "--time", `${time}ms`, "--jobs", `${run.jobs}`, "--keep", "--out", out],
    ]);
    if (!options) return;
    const target = await RegistryTarget.open(options);
    try {
      const selected = testable(await loadCatalogue("distribution"));
      const results = await runSuite(registrySuite, target, { ...suiteOptionsFrom(options), selected, seed, signal: run.signal }, []);
      const names = choices.map(({ name }) => name).join(" and ");
      const told = roundOf(`release ${release}${names === "" ? "" : `, ${names}`}`, seed, out, results);
      const against = choices.flatMap((choice) => choice.against ?? []);
      run.tell({
        ...told,
        findings: told.findings
          .filter(({ id }) => !against.includes(id))
          // The registry is gone by then: its command line brings the same back.
          .map((finding) => ({
            ...finding,
            again: `${finding.again}\n      on oci-conform serve-registry${choices.map(({ name }) => ` --choose ${name}`).join("")}`,
          })),
      });
    } finally {
      await target.close();
    }
  } finally {
    await registry.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The bundled registry as it is, with each choice made otherwise, and with each pair of them, used by several clients too. */
export const registry: Soak = async (run) => {
  for (let round = 0, time = nextRound(run, ROUND_MS); time > 0; round++, time = nextRound(run, ROUND_MS)) await explore(run, round, time);
};
