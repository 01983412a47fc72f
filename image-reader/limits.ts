/** What the reader does not go beyond, so that no input can exhaust memory, disk or time. */
export interface Limits {
  /** Bytes of a layer's archive without compression. */
  readonly layerSize: number;
  /** Bytes of a JSON document. */
  readonly jsonSize: number;
  /** Entries of a layer, or files of a layout. */
  readonly entries: number;
  /** Levels of nested indexes, and of values in a JSON document. */
  readonly depth: number;
}

export const DEFAULT_LIMITS: Limits = { layerSize: 64 * 2 ** 30, jsonSize: 4 * 2 ** 20, entries: 2_000_000, depth: 100 };

/** The largest window that a zstd frame may ask for: what the format's own tools allow without being told to. */
export const MAX_ZSTD_WINDOW = 128 * 2 ** 20;

/** Something is beyond a limit. Not the input's fault, and no verdict: the message says which option raises it. */
export class Beyond extends Error {
  override readonly name = "Beyond";
}
