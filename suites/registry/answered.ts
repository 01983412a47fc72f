import { type Exchange, header } from "../../runners/registry/observation.js";

/** Any success. */
export const success = (status: number): boolean => status >= 200 && status < 300;

/** A success that says that it is done, be it by another status than the spec's: that is a finding of its own, and what was done holds. */
export const done = (status: number, ...own: readonly number[]): boolean => [...own, 200, 203, 204].includes(status);

/** The absolute URL of a `Location`; undefined for none, or for what is no URL. */
export function placeOf({ request, response }: Exchange): string | undefined {
  const location = response ? header(response, "location") : undefined;
  return location !== undefined && URL.canParse(location, request.url) ? new URL(location, request.url).href : undefined;
}
