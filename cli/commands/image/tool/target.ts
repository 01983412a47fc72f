import { arch, release as kernelRelease } from "node:os";
import type { ImageCase } from "../../../../runners/image/case.js";
import type { ImageFacts } from "../../../../runners/image/facts.js";
import { complaint, type ImageObservation } from "../../../../runners/image/observation.js";
import type { Release } from "../../../../spec/image/releases.js";
import type { OptionValues } from "../../../options/option-values.js";
import type { CaseFiles } from "../../../session/stored-case.js";
import type { FailedCase, ReachedBy, Target, TargetDescription } from "../../../session/target.js";
import type { DrivenTool } from "./driven-tool.js";
import { imageFiles } from "./files.js";

/** An image tool that makes something of the minimal image. */
export class ImageToolTarget implements Target<ImageCase, ImageObservation, ImageFacts> {
  readonly name: string;
  readonly options: ReachedBy;
  readonly #driven: DrivenTool;
  readonly #version: string;
  #facts: ImageFacts;

  private constructor(driven: DrivenTool, facts: ImageFacts, version: string, given: OptionValues) {
    const { name, command } = driven.tool;
    const { tool: _tools, "tool-cmd": _commands, ...others } = given;
    this.name = name;
    this.#facts = facts;
    this.options = {
      given: { ...(command === undefined ? { tool: [name] } : { "tool-cmd": [command] }), ...others },
      found: { spec: facts.spec },
    };
    this.#driven = driven;
    this.#version = version;
  }

  /** @throws Inconclusive when the tool makes nothing of the simplest image */
  static async open(driven: DrivenTool, release: Release, given: OptionValues, signal: AbortSignal): Promise<ImageToolTarget> {
    driven.signal = signal;
    const version = await driven.version();
    await driven.preflight();
    return new ImageToolTarget(driven, await driven.facts(release), version, given);
  }

  get facts(): ImageFacts {
    return this.#facts;
  }

  /** Finds out what the tool does not take by itself. */
  async learnLevels(release: Release): Promise<void> {
    this.#facts = { ...this.#facts, refuses: await this.#driven.learnLevels(release) };
  }

  run(testCase: ImageCase): Promise<ImageObservation> {
    return this.#driven.observe(testCase);
  }

  describe(): TargetDescription {
    const { name, program } = this.#driven.tool;
    return {
      target: { name, command: program, version: this.#version, spec: this.facts.spec },
      host: { kernel: kernelRelease(), arch: arch(), cgroup: "none", root: process.geteuid?.() === 0 },
    };
  }

  files(failed: FailedCase<ImageCase, ImageObservation>): CaseFiles {
    return imageFiles(this.#driven.tool, this.facts, failed);
  }

  input({ layers, config, shape, fault }: ImageCase): unknown {
    return { layers, config, shape, ...(fault === undefined ? {} : { fault }) };
  }

  output(observation: ImageObservation): string {
    return complaint(observation);
  }

  async close(): Promise<void> {
    this.#driven.close();
  }
}
