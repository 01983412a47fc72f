/** Deeds that change the content of a success; its headers stay as they are, but for Content-Length. */
import { bytesOf, saying } from "../faults/fault.js";
import type { Call } from "../http/call.js";
import { playedAs, type Reply } from "../http/reply.js";
import type { Doing } from "./around.js";
import type { DeedOf } from "./behaviour.js";

/** Whether an answer brings what was asked for, all of it or a part; to HEAD, whether it says so. */
export const hasContent = ({ status, body }: Reply): boolean => status >= 200 && status < 300 && body !== undefined;

/** The same for an answer whose content goes over the wire. */
export const sendsContent = (reply: Reply, { method }: Call): boolean => hasContent(reply) && method !== "HEAD";

/** Another body. */
export const replacing = ({ text = "", base64 }: DeedOf<"content">): Doing => {
  const body = base64 === undefined ? Buffer.from(text) : Buffer.from(base64, "base64");
  return () =>
    saying(
      () => true,
      (reply) => (hasContent(reply) ? { ...reply, body } : reply),
    );
};

const LINE_FEED = Buffer.from("\n");

/** Flips the lowest bit of the byte in the middle. */
function flipped(bytes: Buffer): Buffer {
  const middle = bytes.length >>> 1;
  const copy = Buffer.from(bytes);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

/** How a body is made another one. */
export const CHANGES: Readonly<Record<"flip" | "cut" | "extend" | "empty", (bytes: Buffer) => Buffer>> = {
  flip: flipped,
  cut: (bytes) => bytes.subarray(0, -1),
  // JSON stays the same JSON.
  extend: (bytes) => Buffer.concat([bytes, LINE_FEED]),
  empty: () => Buffer.alloc(0),
};

/** A body that is nearly the right one. What is empty can only be extended. */
export const altering =
  ({ how }: DeedOf<"alter">): Doing =>
  () =>
    saying(
      () => true,
      async (reply, call) => {
        if (!hasContent(reply)) return reply;
        if (how === "endless") return playedAs(reply, { endless: true });
        const bytes = await bytesOf(reply);
        const unseen = how === "flip" && call.method === "HEAD";
        return unseen || (bytes.length === 0 && how !== "extend") ? reply : { ...reply, body: CHANGES[how](bytes) };
      },
    );
