/** Where a client's words go, and how it is told to stop. */
export interface Io {
  /** Results: standard output. */
  out(text: string): void;
  /** Errors and warnings: standard error. */
  err(text: string): void;
  readonly signal?: AbortSignal;
}
