/** Deeds to a connection. They are carried out where the answer is sent (`stage/wire.ts`). */
import { saying, type Wrap } from "../faults/fault.js";
import type { Call } from "../http/call.js";
import { type Played, playedAs, type Reply } from "../http/reply.js";
import type { Doing } from "./around.js";
import type { DeedOf } from "./behaviour.js";
import { sendsContent } from "./bodies.js";

const treated = (more: Partial<Played>, where: (reply: Reply, call: Call) => boolean): Wrap =>
  saying(
    () => true,
    (reply, call) => (where(reply, call) ? playedAs(reply, more) : reply),
  );

/** Whether there is more content than that, or a request at all. */
const beyond =
  (after: number | "request") =>
  (reply: Reply, call: Call): boolean =>
    after === "request" || (sendsContent(reply, call) && (reply.played?.endless === true || (reply.body?.length ?? 0) > after));

/** The connection breaks off. */
export const breaking =
  ({ after }: DeedOf<"break">): Doing =>
  () =>
    treated({ breaks: after }, beyond(after));

/** Nothing more comes. */
export const stalling =
  ({ after }: DeedOf<"stall">): Doing =>
  () =>
    treated({ stalls: after }, beyond(after));

/** The content comes in pieces. */
export const slowing =
  ({ bytes, ms }: DeedOf<"slow">): Doing =>
  () =>
    treated({ slow: { bytes, ms } }, sendsContent);

/** The connection is closed without having been announced. */
export const closing: Doing = () => treated({ closes: true }, () => true);
