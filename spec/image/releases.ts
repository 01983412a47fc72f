import { releaseLine } from "../release-line.js";

/** The releases of the image specification that the suite knows, oldest first; head is its main branch. */
export const RELEASES = ["1.0.2", "1.1.1", "head"] as const;

export type Release = (typeof RELEASES)[number];

export const { isRelease, atLeast, inForce, whyNotInForce } = releaseLine(RELEASES);
