/**
 * Whether an interrupt came. From a terminal it reaches the target's processes as well, and what they do then can be seen before
 * the interrupt itself: so this waits for a turn of the event loop.
 */
export async function interrupted(signal: AbortSignal): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  return signal.aborted;
}
