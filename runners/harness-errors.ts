/** How many are kept: who reads the first of them need not read thousands. */
const MAX_KEPT = 20;

/** What went wrong in the harness itself during a run: each thing once, and of very many the first. */
export class HarnessErrors {
  readonly #kept = new Set<string>();
  #more = 0;

  add(message: string): void {
    if (this.#kept.has(message)) return;
    if (this.#kept.size < MAX_KEPT) this.#kept.add(message);
    else this.#more++;
  }

  /** For the results of the run: nothing when nothing went wrong. */
  get inResults(): { readonly complaints?: readonly string[] } {
    if (this.#kept.size === 0) return {};
    return { complaints: [...this.#kept, ...(this.#more > 0 ? [`and ${this.#more} more`] : [])] };
  }
}
