import { Failure, oneLine } from "../failure.js";

/** Where a request goes. The target is kept as it was told: what comes of `new URL` has been made nicer, and is no longer the Location that was obtained. */
export interface Place {
  /** Scheme, host and port: `https://registry.example:5000`. Credentials belong to an origin. */
  readonly origin: string;
  /** The path, and the query if there is one. */
  readonly target: string;
}

export const textOf = ({ origin, target }: Place): string => `${origin}${target}`;

/** @throws Failure for what is no URL of http or https. */
export function placeOf(url: string): Place {
  const parts = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(url);
  if (!parts || !URL.canParse(url)) throw new Failure(`${oneLine(url)} is no URL of http or https`);
  const [, scheme = "", authority = "", rest = ""] = parts;
  // User and password in a URL would be credentials of nobody knows whom.
  if (authority.includes("@")) throw new Failure(`${oneLine(url)} has a user in it`);
  const { origin } = new URL(`${scheme}://${authority}`);
  return { origin, target: sendable(rest.startsWith("/") ? rest : `/${rest}`) };
}

/**
 * The place that a reference (RFC 3986, section 4.1) means which came from another place: a Location, or what a Link names. From https nothing
 * leads to http.
 * @param plain it may lead to http all the same.
 * @throws Failure
 */
export function resolve(reference: string, from: Place, plain = false): Place {
  const [told = ""] = reference.trim().split("#", 1);
  const to = placed(told, from);
  if (!plain && from.origin.startsWith("https:") && !to.origin.startsWith("https:"))
    throw new Failure(`${from.origin} leads to ${textOf(to)}, which is not encrypted`);
  return to;
}

function placed(told: string, from: Place): Place {
  if (/^[a-z][a-z0-9+.-]*:/i.test(told)) return placeOf(told);
  if (told.startsWith("//")) return placeOf(`${new URL(from.origin).protocol}${told}`);
  if (told.startsWith("/")) return { origin: from.origin, target: sendable(told) };
  if (!URL.canParse(told, textOf(from))) throw new Failure(`${oneLine(told)} leads nowhere`);
  return placeOf(new URL(told, textOf(from)).href);
}

/** What cannot stand in the first line of a request is encoded, and nothing else. */
const sendable = (target: string): string => target.replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);

/** The place with another parameter in its query, behind those that are there. */
export const withParameter = ({ origin, target }: Place, parameter: string): Place => ({
  origin,
  target: `${target}${target.includes("?") ? "&" : "?"}${parameter}`,
});
