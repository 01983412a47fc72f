/** What bounds everything that others could make endless. */
export interface Limits {
  /** How long nothing may come, in milliseconds. */
  readonly idleMs: number;
  /** The longest wait that a registry can ask for before a request is made again, in milliseconds. */
  readonly waitMs: number;
  /** The most bytes of a manifest whose size is not known beforehand; the spec wants registries to take 4 MiB (spec.md#pushing-manifests). */
  readonly manifestBytes: number;
  /** The most bytes of one page of a list. */
  readonly pageBytes: number;
  /** The most pages of a list. */
  readonly pages: number;
  /** The most entries of a list, on all its pages. */
  readonly entries: number;
  /** The most manifests of one image. */
  readonly manifests: number;
  /** How deep indexes may lie in each other. */
  readonly depth: number;
  /** How often a connection that broke is made again, how often a list that changed meanwhile is pushed again, and so on. */
  readonly tries: number;
  readonly redirects: number;
}

const MIB = 1024 * 1024;

export const LIMITS: Limits = {
  idleMs: 20_000,
  waitMs: 10_000,
  manifestBytes: 16 * MIB,
  pageBytes: 16 * MIB,
  pages: 2000,
  entries: 1_000_000,
  manifests: 4096,
  depth: 16,
  tries: 4,
  redirects: 10,
};
