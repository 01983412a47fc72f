import { release, type } from "node:os";
import type { Arbitrary } from "fast-check";
import { pullOnly } from "../../../generators/registry/pull-only.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { inALine, type RegistryObservation } from "../../../runners/registry/observation.js";
import { reproduceScript } from "../../../runners/registry/reproduce.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { choicesInWords } from "../../../suites/registry/learn.js";
import { inWords } from "../../in-words.js";
import type { CaseFiles } from "../../session/stored-case.js";
import type { FailedCase, ReachedBy, Target, TargetDescription } from "../../session/target.js";
import { RegistryConnection } from "./connection.js";
import { tellLeft } from "./left-behind.js";
import type { RegistryReach } from "./options.js";

/** What was found out about a registry before its first case. */
interface Known {
  readonly facts: RegistryFacts;
  /** What it calls itself; may be empty. */
  readonly version: string;
  /** All that is done where nothing may be written. */
  readonly only?: Arbitrary<RegistryCase>;
}

/** What is known of a registry that nothing may be written to. */
const readOnly = ({ spec }: Pick<RegistryReach, "spec">): Known => ({
  facts: { release: spec ?? "1.1.1", choices: { push: false }, apis: ["pull", "discovery"], ours: false },
  version: "",
});

/** Why a run in repositories that are there exercises less. */
const BORROWED = "it takes repositories of its own, or two of them (--repository tests in those that are there)";

/** A registry that can be tested, with what it chose where the spec leaves it a choice. */
export class RegistryTarget implements Target<RegistryCase, RegistryObservation, RegistryFacts> {
  readonly name: string;
  readonly facts: RegistryFacts;
  readonly options: ReachedBy;
  readonly narrowed?: string;
  readonly only?: Arbitrary<RegistryCase>;
  readonly #connection: RegistryConnection;
  readonly #reach: RegistryReach;
  readonly #version: string;

  private constructor(connection: RegistryConnection, reach: RegistryReach, { facts, version, only }: Known) {
    const bundled = reach.url.length === 0 && reach.server === undefined;
    this.name = bundled ? "bundled" : new URL(connection.endpoint.url).host.replaceAll(/[^\w.-]/g, "-");
    this.facts = facts;
    this.options = { given: reach.given, found: { spec: facts.release } };
    if (reach.repository.length > 0) this.narrowed = BORROWED;
    if (only) this.only = only;
    this.#connection = connection;
    this.#reach = reach;
    this.#version = version;
  }

  /**
   * Reaches the registry that the options name, starts it if they say so, and finds out what it chose. That takes writing to it: not where
   * an image that is there is to be read (`pullOnly`), nor where `writes` is false.
   * @throws UsageError, Inconclusive
   */
  static async open(reach: RegistryReach & { readonly pullOnly?: string }, writes = true): Promise<RegistryTarget> {
    const connection = await RegistryConnection.open(reach);
    try {
      const image = reach.pullOnly === undefined ? undefined : await connection.read(reach.pullOnly);
      const known = image || !writes ? readOnly(reach) : await connection.preflight(reach);
      return new RegistryTarget(connection, reach, image ? { ...known, only: pullOnly(image.given, image.contents) } : known);
    } catch (thrown) {
      await tellLeft(connection.left, reach.out);
      await connection.close();
      throw thrown;
    }
  }

  run(testCase: RegistryCase): Promise<RegistryObservation> {
    return this.#connection.run(testCase);
  }

  describe(): TargetDescription {
    const { url, server } = this.#reach;
    const name =
      url.length > 0 ? url.join(" and ") : server === undefined ? "the bundled reference registry" : this.#connection.endpoint.url;
    const { release: spec, choices } = this.facts;
    return {
      target: { name, command: server ?? name, version: this.#version, spec, choices: choicesInWords(choices) },
      host: { kernel: `${type()} ${release()}`, arch: process.arch },
      requests: this.#connection.requests,
    };
  }

  files({ requirement, section, testCase, outcome }: FailedCase<RegistryCase, RegistryObservation>): CaseFiles {
    const { url, others = [], namespace } = this.#connection.endpoint;
    return {
      "reproduce.sh": reproduceScript(testCase, {
        title: `${requirement.id}: ${testCase.title}`,
        requirement: `${requirement.summary}\n${section}`,
        expected: inWords(outcome.expected),
        url,
        others,
        namespace,
      }),
    };
  }

  output({ exchanges }: RegistryObservation): string {
    return exchanges.map(inALine).join("\n").slice(0, 4000);
  }

  async close(): Promise<void> {
    await tellLeft(this.#connection.left, this.#reach.out);
    await this.#connection.close();
  }
}
