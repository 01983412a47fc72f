/**
 * Ways by which requests come to a registry that is another host's, or in another way than straight: what stands before the registry's own path.
 *
 *     /via/0/registry/v2/…        behaviour 0 has redirected it: what the first registry has
 *     /of/registry/v2/…           a Location of the first registry that is elsewhere
 *     /of/registry/place/7/v2/…   an upload that moves (as /place/7/v2/… where it stays on its host)
 *     /loop/0/v2/…                behaviour 0 sends it back and forth
 *
 * The path stays the registry's own from `/v2/` on; clients have no business with what is before it.
 */
import type { Host } from "./behaviour.js";
import { HOSTS } from "./behaviour.js";

/** Where a request came to, and by which way. */
export interface Arrival {
  /** Whose connection it came on. */
  readonly host: Host;
  /** Whose registry handles it. */
  readonly of: Host;
  /** The redirects that led here, by the indices of their behaviours. */
  readonly via: readonly number[];
  /** The place of an upload that moves: `/place/7`, or empty. */
  readonly place: string;
  /** The redirect that sends it in circles, by its index. */
  readonly loop?: number;
}

const ANY_HOST = HOSTS.join("|");
const WAY = new RegExp(`^(?:/via/(\\d+(?:\\.\\d+)*)/(${ANY_HOST})|/of/(${ANY_HOST}))?(/place/\\d+)?(?=/)`);
const LOOP = /^\/loop\/(\d+)(?=\/)/;

/** `plain` is the first registry, too. */
export const holderOf = (host: Host): Host => (host === "plain" ? "registry" : host);

/** Reads the way from the path that was asked for at a host. @returns also the registry's own path */
export function wayOf(host: Host, target: string): { readonly arrival: Arrival; readonly target: string } {
  const loop = LOOP.exec(target);
  if (loop)
    return { arrival: { host, of: holderOf(host), via: [], place: "", loop: Number(loop[1]) }, target: target.slice(loop[0].length) };
  const [before = "", via, redirected, located, place = ""] = WAY.exec(target) ?? [];
  const of = (redirected ?? located ?? holderOf(host)) as Host;
  const arrival: Arrival = { host, of: holderOf(of), via: via?.split(".").map(Number) ?? [], place };
  return { arrival, target: target.slice(before.length) };
}

/** What stands before the path where a request goes the same way again. */
export const prefixOf = ({ host, of, via, place }: Arrival): string => {
  if (via.length > 0) return `/via/${via.join(".")}/${of}${place}`;
  return holderOf(host) === of ? place : `/of/${of}${place}`;
};
