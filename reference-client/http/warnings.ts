import { oneLine } from "../failure.js";
import type { Hooks } from "../faults/hooks.js";
import { split, unquoted } from "./lists.js";
import type { Wrap } from "./message.js";

/** Texts of warnings that are shown in one run: nobody reads more. */
const MOST = 100;

/** The texts of what a registry wants the user to know (spec.md#warnings). */
export const warningsIn = (header: string | undefined): readonly string[] =>
  split(header ?? "", ",").flatMap((each) => {
    const [, text] = /^299\s+-\s+("(?:[^"\\]|\\.)*")/s.exec(each) ?? [];
    return text === undefined ? [] : [oneLine(unquoted(text), 4096)];
  });

/** Each warning is shown, once, and nothing else is done about it. */
export const warning =
  (show: (text: string) => void, hooks: Hooks): Wrap =>
  (send) => {
    const seen = new Set<string>();
    return async (call) => {
      const answer = await send(call);
      for (const text of warningsIn(answer.headers.warning)) {
        if (hooks.has("warnings-hidden") || (seen.has(text) && !hooks.has("warnings-repeated")) || seen.size >= MOST) continue;
        seen.add(text);
        show(text);
      }
      return answer;
    };
  };
