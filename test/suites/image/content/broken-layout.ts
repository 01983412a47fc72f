import type { Release } from "../../../../spec/image/releases.js";

/** A layout with one fault, and the requirement that finds it. */
export interface Broken {
  readonly id: string;
  readonly name?: string;
  /** What else cannot but fail with it. */
  readonly also?: readonly string[];
  readonly release?: Release;
  readonly files: () => ReadonlyMap<string, Buffer | string>;
}
