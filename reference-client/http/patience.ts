import { setTimeout as wait } from "node:timers/promises";
import type { Limits } from "../limits.js";
import { discard } from "./body.js";
import type { Answer, Wrap } from "./message.js";

/** A registry that has no time for a request (429, 503) is asked again when it says (RFC 9110, section 10.2.3), if that is soon, and not for ever. */
export const patient =
  ({ tries, waitMs }: Limits, signal?: AbortSignal): Wrap =>
  (send) =>
  async (call) => {
    for (let count = 1; ; count++) {
      const answer = await send(call);
      const pause = pauseOf(answer, count);
      if (pause === undefined || pause > waitMs || count >= tries) return answer;
      await discard(answer);
      await wait(pause, undefined, signal ? { signal } : {});
    }
  };

/** In milliseconds; undefined for answers that are no matter of time. */
function pauseOf({ status, headers }: Answer, count: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const told = headers["retry-after"];
  if (told === undefined) return 100 * 2 ** count;
  if (/^\d+$/.test(told)) return Number(told) * 1000;
  const until = Date.parse(told);
  return Number.isNaN(until) ? 100 * 2 ** count : Math.max(0, until - Date.now());
}
