import type { Play, StageHost } from "../../../reference-registry/stage/play.js";
import type { Credentials } from "../../../runners/client/credentials.js";
import type { Addresses } from "../../../runners/client/fill.js";
import type { Staging } from "../../../runners/client/stages.js";

export const ADDRESSES: Addresses = { registry: "127.0.0.1:1", other: "127.0.0.2:2", plain: "127.0.0.1:3", token: "127.0.0.1:4" };

export const CREDENTIALS: Credentials = {
  registry: { user: "registry-user", password: "registry-secret" },
  other: { user: "other-user", password: "other-secret" },
};

/** Hosts at which nobody listens: remembers what it was told. */
export class StandIn implements Staging {
  readonly addresses = ADDRESSES;
  readonly hosts: readonly StageHost[];
  readonly plays: Play[] = [];
  ended = 0;
  closed = false;

  constructor(hosts: readonly StageHost[] = []) {
    this.hosts = hosts;
  }

  async begin(play: Play): Promise<void> {
    this.plays.push(play);
  }

  async end(): Promise<{ exchanges: []; held: Record<string, never> }> {
    this.ended++;
    return { exchanges: [], held: {} };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
