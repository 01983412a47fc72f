import { refusing } from "../faults/fault.js";
import { empty, playedAs, type Reply } from "../http/reply.js";
import type { Around, Doing } from "./around.js";
import type { Behaviour, DeedOf, Host } from "./behaviour.js";
import { withParameters } from "./places.js";
import { type Arrival, prefixOf } from "./way.js";

/** Sends a request elsewhere, where the same is to be had; once it came by this redirect, it is let through. */
export const redirecting =
  (deed: DeedOf<"redirect">, index: number, { urls }: Around): Doing =>
  (arrival) =>
    refusing(
      () => deed.loop === true || !arrival.via.includes(index),
      ({ target }) => {
        const way = deed.loop ? `/loop/${index}` : prefixOf({ ...arrival, host: deed.to, via: [...arrival.via, index] });
        return to(deed.status, withParameters(`${urls[deed.to] ?? ""}${way}${target}`, deed.query));
      },
    );

const to = (status: number, location: string): Reply => empty(status, { Location: location });

/** Answers who goes in circles: from the host of the redirect to that of its aim, and from there back again. */
export function circling(
  behaviours: readonly Behaviour[],
  { host, loop = -1 }: Arrival,
  target: string,
  { urls }: Around,
): Reply | undefined {
  const { on, does } = behaviours[loop] ?? {};
  if (does?.kind !== "redirect" || !does.loop) return undefined;
  const next: Host = host === does.to ? (on?.host ?? "registry") : does.to;
  return playedAs(to(does.status, `${urls[next] ?? ""}/loop/${loop}${target}`), { by: [loop] });
}
