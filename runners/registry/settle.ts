import type { Exchange, RegistryObservation } from "./observation.js";

/** How often a list is waited for in vain before none is waited for any more, as long as no wait has helped. */
const IN_VAIN = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** What was seen of a case so far. */
export type SeenSoFar = Pick<RegistryObservation, "exchanges" | "contents" | "below" | "borrowed">;

/** Patience with lists that lag behind: they are asked for again until they are right, or the time is over. */
export class Settling {
  #vain = 0;
  #helped = false;

  readonly ms: number;
  /** Whether a list is not yet what the answers before it lead to expect. */
  readonly isBehind: (seen: SeenSoFar, list: Exchange) => boolean;

  constructor(ms: number, isBehind: Settling["isBehind"]) {
    this.ms = ms;
    this.isBehind = isBehind;
  }

  /** Asks again and again, with growing pauses; `again` tells whether the list is still behind. Returns the milliseconds that it took. */
  async until(again: () => Promise<boolean>): Promise<{ readonly ms: number; readonly right: boolean } | undefined> {
    if (!this.#helped && this.#vain >= IN_VAIN) return undefined;
    const begun = performance.now();
    const passed = (): number => performance.now() - begun;
    for (let pause = FIRST_PAUSE_MS; passed() < this.ms; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, Math.max(0, this.ms - passed()))));
      if (await again()) continue;
      this.#helped = true;
      return { ms: Math.round(passed()), right: true };
    }
    this.#vain++;
    return { ms: Math.round(passed()), right: false };
  }
}
