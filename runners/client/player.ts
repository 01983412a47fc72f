import { runClient } from "../../reference-client/main.js";
import { Stage } from "../../reference-registry/stage/stage.js";
import type { Limits } from "../commands.js";
import type { ClientCase } from "./case.js";
import { EmbeddedRuns } from "./embedded-run.js";
import { equip } from "./equip.js";
import type { ClientObservation, ClientRun } from "./observation.js";
import { Performance, type Performed } from "./performance.js";
import { Sandboxed } from "./sandboxed.js";
import { FREE, Stages } from "./stages.js";
import type { ClientTool } from "./tools/tool.js";

/** Where clients are played with: in this process, or in a sandbox. */
interface Theatre {
  play(testCase: ClientCase): Promise<Performed>;
  version(): Promise<string>;
  close(): Promise<void>;
}

/** How many control runs are remembered. */
const MOST_CONTROLS = 200;

/** The most that stages and sandboxes take around the commands of a case. */
const SPARE_MS = 60_000;

/** A case without what its registry does; undefined where it does nothing. */
export function controlOf({ behaviours = [], choices = [], ...rest }: ClientCase): ClientCase | undefined {
  return behaviours.length + choices.length === 0 ? undefined : { ...rest, title: "control", aims: [] };
}

/** The bundled client, in this process. */
function embedded(tool: ClientTool, limits: Limits): Theatre {
  const stages = new Stages((hosts) => Stage.open(hosts), FREE);
  const runs = new EmbeddedRuns(runClient, tool.arguments ?? [], limits, stages.certified.ca);
  const performance = new Performance(stages, (scene) => runs.run(scene));
  return {
    play: (testCase) => performance.play(testCase),
    version: async () => "",
    close: () => stages.close(),
  };
}

/** A client, and the hosts that it meets: carries out one case after the other. */
export class Player {
  readonly #theatre: Theatre;
  readonly #controls = new Map<string, ClientRun>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(theatre: Theatre) {
    this.#theatre = theatre;
  }

  /** @throws UsageError where a program of the tool, or the agent, is not there */
  static async open(tool: ClientTool, limits: Limits): Promise<Player> {
    if (tool.embedded) return new Player(embedded(tool, limits));
    const lines = Math.max(1, ...Object.values(tool.verbs).map(({ length }) => length));
    return new Player(new Sandboxed(equip(tool, limits), limits.timeoutMs * (lines + 2) + SPARE_MS));
  }

  /**
   * Carries out a case, and the same one without behaviours and choices where it has any; that one only once.
   * @throws CaseError where a case asks for what cannot be; Inconclusive where a daemon of the tool does not start; HarnessError
   */
  play(testCase: ClientCase): Promise<ClientObservation> {
    const turn = this.#last.then(() => this.#play(testCase));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #play(testCase: ClientCase): Promise<ClientObservation> {
    const control = await this.#control(testCase);
    const { run, contents, addresses } = await this.#theatre.play(testCase);
    return { format: "oci-conform/client-observation@1", run, ...(control ? { control } : {}), contents, addresses };
  }

  async #control(testCase: ClientCase): Promise<ClientRun | undefined> {
    const control = controlOf(testCase);
    if (!control) return undefined;
    const key = JSON.stringify(control);
    const known = this.#controls.get(key) ?? (await this.#theatre.play(control)).run;
    this.#controls.delete(key);
    this.#controls.set(key, known);
    const [oldest] = this.#controls.keys();
    if (this.#controls.size > MOST_CONTROLS && oldest !== undefined) this.#controls.delete(oldest);
    return known;
  }

  /** The first line of what the tool says of its version; empty when it does not say. */
  version(): Promise<string> {
    const turn = this.#last.then(() => this.#theatre.version());
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends everything that it started, be it in the middle of a case. */
  async close(): Promise<void> {
    await this.#theatre.close();
  }
}
