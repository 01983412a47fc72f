import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { Host } from "../behaviours/behaviour.js";
import { Door } from "./door.js";
import type { ClientExchange, HeldByHosts } from "./exchange.js";
import type { Play, StageHost } from "./play.js";
import { leaveRoom, makeRoom } from "./room.js";
import { Scene } from "./scene.js";

/** What came of a play. */
export interface PlayedOut {
  /** In the order in which the requests came. */
  readonly exchanges: ClientExchange[];
  /** Of `plain`, which is the first registry, too, nothing. */
  readonly held: HeldByHosts;
  /** Connections on which there was no request: nothing at all, or what is no HTTP, such as TLS where there is none. */
  readonly wordless: Readonly<Partial<Record<Host, number>>>;
}

/** How long an exchange may go on when a play is over, in milliseconds: a client that has ended needs none of it. */
const GRACE = 1000;

/** Turns of the event loop without news after which there is none: what a client sent before it ended is in the kernel. */
const QUIET = 3;

/** Hosts that listen as long as the stage is there, and what they play, one play after another. */
export class Stage {
  /** `127.0.0.1:5000`; empty of a host that it does not have. */
  readonly addresses: Readonly<Record<Host, string>>;
  readonly #doors: readonly Door[];
  readonly #dir: string;
  #scene: Scene | undefined;
  #plays = 0;

  private constructor(doors: readonly Door[], dir: string) {
    this.#doors = doors;
    this.#dir = dir;
    const address = (host: Host): string => doors.find((door) => door.host === host)?.address ?? "";
    this.addresses = { registry: address("registry"), other: address("other"), plain: address("plain"), token: address("token") };
  }

  /** Listens at all hosts. What registries hold is below TMPDIR if there is one, else in memory where there is room. */
  static async open(hosts: readonly StageHost[]): Promise<Stage> {
    const dir = await makeRoom();
    const doors: Door[] = [];
    try {
      for (const host of hosts) doors.push(await Door.open(host));
    } catch (thrown) {
      await Promise.all(doors.map((door) => door.close()));
      leaveRoom(dir);
      throw thrown;
    }
    return new Stage(doors, dir);
  }

  /**
   * Begins a play, with registries that hold what it says and nothing else.
   * @throws RangeError for a choice that there is not, and for what no registry can hold
   */
  async begin(play: Play): Promise<void> {
    if (this.#scene) throw new Error("a play is on already");
    const dir = join(this.#dir, String(++this.#plays));
    await mkdir(dir);
    let scene: Scene;
    try {
      scene = await Scene.open(play, Object.fromEntries(this.#doors.map(({ host, url }) => [host, url])), dir);
    } catch (thrown) {
      rmSync(dir, { recursive: true, force: true });
      throw thrown;
    }
    this.#scene = scene;
    for (const door of this.#doors) door.admit(scene);
  }

  /**
   * Ends a play. What its client has sent is still handled, within a second; then every connection is closed.
   * @throws what went wrong with the stage itself
   */
  async end(): Promise<PlayedOut> {
    const scene = this.#scene;
    if (!scene) throw new Error("no play is on");
    await this.#settle(scene);
    await within(GRACE, Promise.all(this.#doors.map((door) => door.empty())));
    this.#scene = undefined;
    const counts = this.#doors.map((door): [Host, number] => [door.host, door.opened - scene.recorder.spoken(door.host)]);
    const exchanges = scene.recorder.exchanges();
    const held = scene.held();
    rmSync(join(this.#dir, String(this.#plays)), { recursive: true, force: true });
    if (scene.failures.length > 0) throw scene.failures[0];
    return { exchanges, held, wordless: Object.fromEntries(counts.filter(([, count]) => count > 0)) };
  }

  /** Ends the play that is on, if there is one, and listens no more. */
  async close(): Promise<void> {
    await Promise.all(this.#doors.map((door) => door.close()));
    leaveRoom(this.#dir);
  }

  /** Waits until what has been sent was handled. */
  async #settle({ recorder }: Scene): Promise<void> {
    const deadline = performance.now() + GRACE;
    const pulse = (): number => this.#doors.reduce((sum, door) => sum + door.pulse, recorder.count);
    for (let quiet = 0, before = -1; quiet < QUIET && performance.now() < deadline; ) {
      await within(deadline - performance.now(), recorder.settled());
      await turn();
      const now = pulse();
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
  }
}

/** Waits for something, but no longer than so many milliseconds. */
async function within(ms: number, what: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([what, late]);
  clearTimeout(timer);
}
