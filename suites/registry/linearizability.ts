/** What was done to one register: a write of a value (undefined: deletion), or a read that saw one. */
export interface HistoryEvent {
  readonly kind: "write" | "read";
  readonly value: string | undefined;
  readonly begun: number;
  readonly ended: number;
  /** A write of which nobody knows whether it took place. */
  readonly uncertain?: true;
}

/** More events than this are not searched: the number of orders grows too fast. */
export const MAX_EVENTS = 60;

/**
 * Whether some order explains a history: each event takes place at one moment between its beginning and its end, and each read sees the
 * last write before it. A search by depth with the states visited before left out (Wing and Gong; Lowe).
 * @param initial what the register holds before
 */
export function isLinearizable(events: readonly HistoryEvent[], initial: string | undefined): boolean {
  const seen = new Set<string>();
  const search = (left: readonly HistoryEvent[], value: string | undefined): boolean => {
    if (left.every(({ uncertain }) => uncertain)) return true;
    const key = `${left.map((event) => events.indexOf(event)).join()}=${value}`;
    if (seen.has(key)) return false;
    seen.add(key);
    // An event that begins after another one's end cannot come before it.
    const firstEnd = Math.min(...left.filter(({ uncertain }) => !uncertain).map(({ ended }) => ended));
    for (const event of left) {
      if (event.begun > firstEnd) continue;
      if (event.kind === "read" && event.value !== value) continue;
      const rest = left.filter((each) => each !== event);
      if (search(rest, event.kind === "write" ? event.value : value)) return true;
    }
    return false;
  };
  return search(events, initial);
}
