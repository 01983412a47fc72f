/** What came of a run: what the client has in the end, and what the registry holds. */
import { isDeepStrictEqual } from "node:util";
import type { ClientRun, HeldContent } from "../../runners/client/observation.js";
import type { ContentFacts } from "../../runners/registry/observation.js";
import { type ExplainedResult, PASS } from "../check.js";
import type { ClientView } from "./view.js";

/** Whether a file with these bytes was written. `sha256` has its algorithm in front. */
export const wrote = ({ written }: ClientRun, sha256: string): boolean => Object.values(written).some((file) => file.sha256 === sha256);

/** The facts of a content; undefined where the case has none of that name. */
export const contentOf = ({ observation: { contents } }: ClientView, name: string): ContentFacts | undefined => contents[name];

/** What a run left in the repository that the case is about. */
export const heldAtTarget = ({ case: { target } }: ClientView, { held }: ClientRun): HeldContent | undefined =>
  held[target.host ?? "registry"]?.[`oci-conform/${target.repository}`];

/** What a user reads of a verb: what it printed, without empty lines. */
export const printed = ({ steps }: ClientRun): readonly string[] =>
  (steps.at(-1)?.stdout ?? "").split("\n").filter((line) => line.trim() !== "");

/** A client's last words, for people. */
export const lastWords = ({ steps }: ClientRun): string => {
  const { stderr = "", stdout = "", status = 0 } = steps.at(-1) ?? {};
  const lines = `${stderr}\n${stdout}`.split("\n").filter((line) => line.trim() !== "");
  return `exit status ${status}${lines.length === 0 ? "" : `: ${(lines.find((line) => /error|fatal|fail/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 500)}`}`;
};

/** What is lacking of what the control came to, in words; undefined when all is there. */
export function lackingOf(view: ClientView): string | undefined {
  const { run, observation, case: testCase } = view;
  const { control } = observation;
  if (!control) return undefined;
  switch (testCase.verb) {
    case "pull": {
      const lacking = Object.entries(observation.contents).filter(([, { sha256 }]) => wrote(control, sha256) && !wrote(run, sha256));
      return lacking.length === 0 ? undefined : `the client has no ${lacking.map(([name]) => name).join(", ")} in the end`;
    }
    case "tags":
    case "referrers":
      return isDeepStrictEqual(printed(run), printed(control)) ? undefined : `it prints ${JSON.stringify(printed(run))}`;
    default: {
      const [here, there] = [heldAtTarget(view, run), heldAtTarget(view, control)];
      return isDeepStrictEqual(here?.tags, there?.tags) ? undefined : `the tags of the repository are ${JSON.stringify(here?.tags ?? {})}`;
    }
  }
}

/** Passes when the client did the same as without what the case is about. */
export function sameAsControl(view: ClientView, expected: string): ExplainedResult {
  if (view.ending !== "done") return { verdict: "fail", expected, actual: lastWords(view.run) };
  const lacking = lackingOf(view);
  return lacking === undefined ? PASS : { verdict: "fail", expected, actual: lacking };
}
