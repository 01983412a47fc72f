/** Deeds that say something else than the registry does: fields, a status, a whole answer. */
import { refusing, saying } from "../faults/fault.js";
import type { Headers, Reply } from "../http/reply.js";
import type { Doing } from "./around.js";
import type { DeedOf } from "./behaviour.js";

const always = (): boolean => true;

/** Headers with another value of a field; no values say that there is to be none, even of those that are sent by themselves. */
export const withField = (headers: Headers, name: string, values: string | readonly string[]): Headers => ({
  ...Object.fromEntries(Object.entries(headers).filter(([each]) => each.toLowerCase() !== name.toLowerCase())),
  [name]: values,
});

/** The answer has other values of a field. */
export const heading =
  ({ name, value }: DeedOf<"header">): Doing =>
  () =>
    saying(always, (reply) => ({ ...reply, headers: withField(reply.headers, name, value ?? []) }));

/** The request is handled, and answered with another status. */
export const restating =
  ({ status }: DeedOf<"status">): Doing =>
  () =>
    saying(always, (reply) => ({ ...reply, status }));

/** The request is not handled. */
export const answering = ({ status, headers = {}, body }: DeedOf<"answer">): Doing => {
  const reply: Reply = { status, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) };
  return () => refusing(always, () => reply);
};
