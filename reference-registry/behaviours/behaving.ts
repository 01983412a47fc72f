import type { Wrap } from "../faults/fault.js";
import { playedAs, type Reply } from "../http/reply.js";
import { aimsAt } from "./aim.js";
import type { Around, Doing } from "./around.js";
import { challenging } from "./auth.js";
import type { Behaviour } from "./behaviour.js";
import { altering, replacing } from "./bodies.js";
import { breaking, closing, slowing, stalling } from "./connections.js";
import { answering, heading, restating } from "./headers.js";
import { locating } from "./locations.js";
import { pushingMeanwhile } from "./meanwhile.js";
import { redirecting } from "./redirects.js";
import type { Arrival } from "./way.js";

/** The deed of a behaviour. */
function doingOf({ does }: Behaviour, index: number, around: Around): Doing {
  switch (does.kind) {
    case "header":
      return heading(does);
    case "status":
      return restating(does);
    case "answer":
      return answering(does);
    case "content":
      return replacing(does);
    case "alter":
      return altering(does);
    case "break":
      return breaking(does);
    case "stall":
      return stalling(does);
    case "slow":
      return slowing(does);
    case "close":
      return closing;
    case "redirect":
      return redirecting(does, index, around);
    case "location":
      return locating(does, around);
    case "auth":
      return challenging(does, around);
    case "meanwhile":
      return pushingMeanwhile(does, around);
  }
}

/** A behaviour around a handler, where it is aimed at the request. An answer that it leaves as it was is not noted as its own. */
function around({ on, does }: Behaviour, index: number, surroundings: Around): Doing {
  const doing = doingOf({ on, does }, index, surroundings);
  let count = 0;
  return (arrival) => (handler) => async (call) => {
    if (!aimsAt(on, arrival.host, call)) return handler(call);
    count++;
    if (!(on.nth?.includes(count) ?? true)) return handler(call);
    let inner: Reply | undefined;
    const reply = await doing(arrival)(async (heard) => {
      inner = await handler(heard);
      return inner;
    })(call);
    return reply === inner ? reply : playedAs(reply, { by: [...(reply.played?.by ?? []), index] });
  };
}

/** All behaviours of a play: each one around those before it, and those that ask who it is around all others. */
export function behaving(behaviours: readonly Behaviour[], surroundings: Around): (arrival: Arrival) => Wrap {
  const all = behaviours.map((behaviour, index) => ({
    guards: behaviour.does.kind === "auth",
    doing: around(behaviour, index, surroundings),
  }));
  const inOrder = [...all.filter(({ guards }) => !guards), ...all.filter(({ guards }) => guards)];
  return (arrival) => (handler) => inOrder.reduce((inner, { doing }) => doing(arrival)(inner), handler);
}
