import type { ClientCase } from "../../../runners/client/case.js";
import type { ClientObservation } from "../../../runners/client/observation.js";
import type { ClientTool } from "../../../runners/client/tools/tool.js";

/** What limits each command of a client. */
export interface ClientLimits {
  readonly timeoutMs: number;
  readonly memoryKiB: number;
}

/** A client with the hosts that it meets: one case after the other. */
export interface Plays {
  play(testCase: ClientCase): Promise<ClientObservation>;
  version(): Promise<string>;
  close(): Promise<void>;
}

export type OpenPlayer = (tool: ClientTool, limits: ClientLimits) => Promise<Plays>;

/** Players of one client, each opened when it is first needed: as many as cases are carried out at the same time. */
export class Players implements Plays {
  readonly #open: () => Promise<Plays>;
  readonly #opened = new Set<Plays>();
  readonly #idle: Plays[] = [];

  constructor(open: () => Promise<Plays>) {
    this.#open = open;
  }

  async #with<Result>(use: (player: Plays) => Promise<Result>): Promise<Result> {
    const player = this.#idle.pop() ?? (await this.#open());
    this.#opened.add(player);
    try {
      return await use(player);
    } finally {
      this.#idle.push(player);
    }
  }

  play(testCase: ClientCase): Promise<ClientObservation> {
    return this.#with((player) => player.play(testCase));
  }

  version(): Promise<string> {
    return this.#with((player) => player.version());
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((player) => player.close()));
  }
}
