import type { Content } from "../content/content.js";
import type { Place } from "./place.js";

/** By names in lowercase; several fields of one name are joined by commas (RFC 9110, section 5.3). */
export type Headers = Readonly<Record<string, string>>;

/** A request. */
export interface Call {
  readonly method: string;
  readonly place: Place;
  readonly headers?: Headers;
  readonly body?: Content;
  /** It cannot be made twice, so it goes on a connection of its own: on one that was used before it might get lost. */
  readonly once?: true;
  /** It tidies up, and is sent also when the run is told to end. */
  readonly tidying?: true;
}

/** An answer, whose body is still to be read. */
export interface Answer {
  readonly status: number;
  /** Who answered: after redirects not who was asked. */
  readonly place: Place;
  readonly headers: Headers;
  readonly body: AsyncIterable<Buffer>;
}

/** @throws Failure for what was not answered. */
export type Send = (call: Call) => Promise<Answer>;

/** Something around a `Send`. */
export type Wrap = (send: Send) => Send;

export const isIdempotent = ({ method, once }: Call): boolean => !once && ["GET", "HEAD", "PUT", "DELETE"].includes(method);
