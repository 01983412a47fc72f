import { CaseError } from "../../spec/errors.js";
import type { ClientCase } from "./case.js";
import { inventCredentials } from "./credentials.js";
import type { ClientObservation } from "./observation.js";
import { type Scene, sceneOf } from "./scene.js";
import type { Stages } from "./stages.js";
import type { Done } from "./tool-run.js";

/** One run of a client, with what was known before. */
export type Performed = Pick<ClientObservation, "run" | "contents" | "addresses">;

/** Has a client do what a scene asks for. */
export type Perform = (scene: Scene, addresses: readonly string[]) => Promise<Done>;

/** Brings hosts and a client together, case by case. */
export class Performance {
  readonly #stages: Stages;
  readonly #perform: Perform;
  readonly #credentials = inventCredentials();

  constructor(stages: Stages, perform: Perform) {
    this.#stages = stages;
    this.#perform = perform;
  }

  /** @throws CaseError where a case asks for what cannot be */
  async play(testCase: ClientCase): Promise<Performed> {
    const stage = await this.#stages.for(testCase.tls ? "https" : "http");
    const { addresses } = stage;
    const scene = sceneOf(testCase, addresses, this.#credentials);
    try {
      await stage.begin(scene.play);
    } catch (thrown) {
      // A choice that there is not, or what no registry can hold.
      throw thrown instanceof RangeError ? new CaseError(thrown.message) : thrown;
    }
    let done: Done;
    try {
      done = await this.#perform(scene, Object.values(addresses));
    } catch (thrown) {
      await stage.end();
      throw thrown;
    }
    const { exchanges, held } = await stage.end();
    return { run: { ...done, exchanges, held }, contents: scene.facts, addresses };
  }
}
