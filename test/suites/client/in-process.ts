import type { ClientCase } from "../../../runners/client/case.js";
import type { ClientFacts } from "../../../runners/client/facts.js";
import { Player } from "../../../runners/client/player.js";
import { COMMAND_VERBS } from "../../../runners/client/tools/command.js";
import { embedded } from "../../../runners/client/tools/embedded.js";
import { Drawing } from "../../../runners/draw.js";
import type { Outcome } from "../../../runners/outcome.js";
import { checks, examples } from "../../../suites/client/index.js";
import { judge } from "../../../suites/client/judge.js";

/** What came of one case: of its requirement, an outcome, or nothing where the case did not exercise it. */
export interface Told {
  readonly title: string;
  readonly outcome: Outcome | undefined;
}

export const failed = ({ outcome }: Told): boolean => outcome?.verdict === "fail";

/** A bundled client in this process that somebody has to close. */
export interface OpenClient {
  /** What came of one requirement's examples, by a release, up to the first failure. */
  told(requirement: string, release: string): Promise<readonly Told[]>;
  /** What each requirement that a case exercises comes to, by a release. */
  outcomes(subject: ClientCase, release: string): Promise<ReadonlyMap<string, Outcome>>;
  close(): Promise<void>;
}

/** Draws of each example at least, and as many as its tables have rows; the first that fails will do. */
const DRAWS = 2;

/** What is known of the bundled client. */
export const factsFor = (release: string): ClientFacts => ({
  release,
  tool: "bundled",
  version: "",
  verbs: COMMAND_VERBS,
  keeps: "blobs",
  tls: true,
  credentials: true,
  proxy: true,
});

/** @param timeoutMs how long a command may take */
export async function openClient(fault: string | undefined, timeoutMs: number): Promise<OpenClient> {
  const player = await Player.open(embedded(fault === undefined ? [] : [`--fault=${fault}`]), { timeoutMs, memoryKiB: 1 << 20 });
  const outcomes: OpenClient["outcomes"] = async (subject, release) =>
    judge(checks, subject, await player.play(subject), factsFor(release));
  return {
    outcomes,
    told: async (requirement, release) => {
      const facts = factsFor(release);
      const found: Told[] = [];
      for (const [at, { aims, cases }] of examples.entries()) {
        if (!aims.includes(requirement)) continue;
        const made = cases(facts);
        if ("unavailable" in made) continue;
        const drawing = new Drawing<ClientCase>(7 + 100 * at);
        for (let draw = 0; (draw < DRAWS || drawing.isPending) && !found.some(failed); draw++) {
          const subject = { ...drawing.next(made).case, aims };
          found.push({ title: subject.title, outcome: (await outcomes(subject, release)).get(requirement) });
        }
      }
      return found;
    },
    close: () => player.close(),
  };
}
