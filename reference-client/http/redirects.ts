import { Failure } from "../failure.js";
import type { Hooks } from "../faults/hooks.js";
import { discard } from "./body.js";
import type { Call, Headers, Wrap } from "./message.js";
import { type Place, resolve, textOf } from "./place.js";

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Headers for one host alone. */
const withoutCredentials = ({ authorization: _, ...others }: Headers): Headers => others;

/**
 * Follows redirects (RFC 9110, section 15.4), all but those that lead from https to http, in a circle, or on and on. What comes along of
 * Authorization does not go to another host, scheme or port (spec.md#api).
 */
export const following =
  (most: number, hooks: Hooks): Wrap =>
  (send) =>
  async (call) => {
    let seen = new Set<string>();
    let current: Call = call;
    for (let count = 0; ; count++) {
      const answer = await send(current);
      const { location } = answer.headers;
      if (!REDIRECTS.includes(answer.status) || location === undefined || hooks.has("redirects-not-followed")) return answer;
      await discard(answer);
      const next = redirected(current, answer.status, resolve(location, current.place, hooks.has("plain")));
      const key = `${next.method} ${textOf(next.place)}`;
      if (hooks.has("circles")) [count, seen] = [0, new Set()];
      if (seen.has(key)) throw new Failure(`${call.method} ${textOf(call.place)}: redirected in a circle`);
      if (count >= most) throw new Failure(`${call.method} ${textOf(call.place)}: more than ${most} redirects`);
      seen.add(key);
      current = next;
    }
  };

function redirected(call: Call, status: number, place: Place): Call {
  const headers = place.origin === call.place.origin ? (call.headers ?? {}) : withoutCredentials(call.headers ?? {});
  return status === 303 && call.method !== "HEAD" ? { method: "GET", place, headers } : { ...call, place, headers };
}
