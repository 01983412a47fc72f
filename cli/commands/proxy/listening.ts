import { Door } from "../../../reference-registry/stage/door.js";
import type { ClientExchange } from "../../../reference-registry/stage/exchange.js";
import { Forwarding } from "../../../reference-registry/stage/forwarding.js";
import type { Keeps } from "../../../reference-registry/stage/recorder.js";
import { Upstream } from "../../../reference-registry/stage/upstream.js";
import { UsageError } from "../../../spec/errors.js";

/** What is kept to be judged: a few hundred megabytes at most. What comes after that is passed on, and not judged. */
export const KEEPS: Keeps = { exchanges: 20_000, characters: 100_000_000 };

/** How often the same trouble is told. */
const TELLS = 3;

/** What went by. */
export interface Recording {
  readonly exchanges: readonly ClientExchange[];
  /** How many more there were. */
  readonly left: number;
}

/** A proxy that listens. */
export interface Listening {
  /** `http://127.0.0.1:5000` */
  readonly url: string;
  /** Lets nobody in any more, ends what is under way, and gives what went by. */
  end(): Promise<Recording>;
}

/**
 * Listens before a registry.
 * @param tell takes what goes wrong on the way to it
 * @throws UsageError where it cannot listen
 */
export async function listen(
  upstream: URL,
  { port, ca, keeps = KEEPS }: { port: number; ca?: string; keeps?: Keeps },
  tell: (message: string) => void,
): Promise<Listening> {
  const told = new Map<string, number>();
  const forwarding = new Forwarding(new Upstream(upstream, ca), keeps, (message) => {
    const times = (told.get(message) ?? 0) + 1;
    if (told.size < 100) told.set(message, times);
    if (times <= TELLS) tell(`${upstream.origin} gave no whole answer: ${message}${times === TELLS ? " (told no more)" : ""}`);
  });
  const door = await opened(port);
  door.admit(forwarding);
  return {
    url: door.url,
    async end() {
      const closed = door.close();
      forwarding.end();
      await closed;
      const exchanges = forwarding.recorder.exchanges();
      return { exchanges, left: forwarding.recorder.left };
    },
  };
}

/** No time is too long for a registry that is at work. */
async function opened(port: number): Promise<Door> {
  try {
    return await Door.open({ host: "registry", address: "127.0.0.1", port }, 0);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown) throw new UsageError(`--listen ${port}: ${thrown.message}`);
    throw thrown;
  }
}
