import { arch, release as kernelRelease, type } from "node:os";
import type { ClientCase } from "../../../runners/client/case.js";
import type { ClientFacts } from "../../../runners/client/facts.js";
import { runInWords, withoutContents } from "../../../runners/client/in-words.js";
import type { ClientObservation } from "../../../runners/client/observation.js";
import type { ClientTool } from "../../../runners/client/tools/tool.js";
import type { Release } from "../../../spec/distribution/releases.js";
import type { OptionValues } from "../../options/option-values.js";
import type { CaseFiles } from "../../session/stored-case.js";
import type { FailedCase, ReachedBy, Target, TargetDescription } from "../../session/target.js";
import { clientFiles } from "./files.js";
import { type ClientLimits, Players, type Plays } from "./players.js";
import { preflight } from "./preflight.js";

/** What a client is called in reports and in the names of directories. */
export const nameOf = ({ name, embedded }: ClientTool): string => (embedded ? "bundled" : name);
export const displayName = (tool: ClientTool): string => (tool.embedded ? "the bundled client" : tool.name);

/** How a client is opened. */
export interface HowToOpen {
  /** The release that it is judged by. */
  readonly release: Release;
  /** The options that reach it, as they were given. */
  readonly given: OptionValues;
  readonly limits: ClientLimits;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

type Known = Pick<HowToOpen, "given" | "limits"> & { readonly version: string };

/** A client that can do the least that it is asked to. */
export class ClientTarget implements Target<ClientCase, ClientObservation, ClientFacts> {
  readonly name: string;
  readonly facts: ClientFacts;
  readonly options: ReachedBy;
  readonly #tool: ClientTool;
  readonly #players: Plays;
  readonly #version: string;
  readonly #timeoutMs: number;
  #requests = 0;

  private constructor(tool: ClientTool, players: Plays, facts: ClientFacts, { version, given, limits }: Known) {
    this.name = nameOf(tool);
    this.facts = facts;
    // Of several tools each has its own name alone in its replay lines.
    this.options = { given: { ...given, ...(given.tool === undefined ? {} : { tool: [tool.name] }) }, found: { spec: facts.release } };
    this.#tool = tool;
    this.#players = players;
    this.#version = version;
    this.#timeoutMs = limits.timeoutMs;
  }

  /**
   * @param open opens a player of this client, as often as cases are carried out at the same time
   * @throws UsageError where a program is not there; Inconclusive where it cannot do the least
   */
  static async open(tool: ClientTool, open: () => Promise<Plays>, { release, given, limits, signal }: HowToOpen): Promise<ClientTarget> {
    const players = new Players(open);
    // What is under way ends with the run.
    signal.addEventListener("abort", () => void players.close(), { once: true });
    try {
      const version = await players.version();
      const found = await preflight(tool, players);
      const verbs = (Object.keys(tool.verbs) as (keyof typeof tool.verbs)[]).filter((verb) => tool.verbs[verb] !== undefined);
      const facts = { release, tool: nameOf(tool), version, verbs, ...found };
      return new ClientTarget(tool, players, facts, { version, given, limits });
    } catch (thrown) {
      await players.close();
      throw thrown;
    }
  }

  async run(testCase: ClientCase): Promise<ClientObservation> {
    const observation = await this.#players.play(testCase);
    this.#requests += observation.run.exchanges.length;
    return observation;
  }

  describe(): TargetDescription {
    const { program } = this.#tool;
    const name = displayName(this.#tool);
    return {
      target: { name, command: this.#tool.embedded ? name : program, version: this.#version, spec: this.facts.release },
      host: { kernel: `${type()} ${kernelRelease()}`, arch: arch() },
      requests: this.#requests,
    };
  }

  files(failed: FailedCase<ClientCase, ClientObservation>): CaseFiles {
    return clientFiles(this.#tool, this.facts, this.#timeoutMs, failed);
  }

  input(testCase: ClientCase): unknown {
    return withoutContents(testCase);
  }

  output(observation: ClientObservation): string {
    return runInWords(observation);
  }

  close(): Promise<void> {
    return this.#players.close();
  }
}
