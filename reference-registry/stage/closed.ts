import type { Duplex } from "node:stream";

const known = new WeakMap<Duplex, Promise<void>>();

/** Fulfilled when a connection is closed. Many may wait for the same one. */
export function closedOf(socket: Duplex): Promise<void> {
  const closed = known.get(socket) ?? new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));
  known.set(socket, closed);
  return closed;
}
