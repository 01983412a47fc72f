import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { platform } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { temporaryDirectory } from "../../../../files/temporary.js";
import { minimalImage } from "../../../../generators/image/base.js";
import { levelsAlone, tablesFor } from "../../../../generators/image/factors/combinations.js";
import { buildLayout } from "../../../../generators/image/layout/layout.js";
import { writeLayout } from "../../../../generators/image/layout/write-layout.js";
import type { Limits } from "../../../../runners/commands.js";
import { Drawing } from "../../../../runners/draw.js";
import { inParallel } from "../../../../runners/explore.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import { digestOf } from "../../../../runners/image/content.js";
import type { ImageFacts, RefusedLevel } from "../../../../runners/image/facts.js";
import { type Ending, ending, type ImageObservation } from "../../../../runners/image/observation.js";
import { DaemonFailed, runTool } from "../../../../runners/image/run-tool.js";
import { Sandboxes } from "../../../../runners/image/sandboxes.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import { agentPath } from "../../../../runners/runtime/build-native.js";
import { resolveProgram } from "../../../../runners/runtime/preflight.js";
import { HarnessError, Inconclusive, UsageError } from "../../../../spec/errors.js";
import type { Release } from "../../../../spec/image/releases.js";
import { controlsFor } from "../../../../suites/image/tool/controls.js";
import { knowledgeOf } from "../../../../suites/image/tool/index.js";
import { type Abilities, viewOf } from "../../../../suites/image/tool/view.js";
import { madeSomething, otherForms, untestable } from "./preflight.js";

/** @throws UsageError where tools cannot be driven. */
export function assertDrivable(): void {
  if (platform() !== "linux") throw new UsageError(`image tools are driven on Linux; this is ${platform()}`);
  if (process.geteuid?.() !== 0) throw new UsageError("image tools are driven as root, in a sandbox: start this as root");
}

/** How many images are tried at the same time before a run. */
const LEARNERS = 2;

/** How many images are remembered for comparing tools: a fuzz run has no end. */
const MAX_SEEN = 2000;

/** How often a sandbox that fails is tried: a machine that is short of something for a moment spoils no run. */
const TRIES = 3;

/** Content as observations have it: its size and digest. */
const sized = (bytes: Buffer | undefined): string | undefined => bytes && `${bytes.length} ${digestOf(bytes)}`;

/** How long a tool may take to say its version. */
const VERSION_MS = 10_000;

/** A tool in its sandbox: it is given images, one directory for the layouts of a whole run. */
export class DrivenTool {
  readonly tool: Tool;
  readonly limits: Limits;
  /** Ends what is under way. */
  signal: AbortSignal = new AbortController().signal;
  /** What was seen of each image, by its text: for comparing tools. */
  readonly seen = new Map<string, ImageObservation>();
  readonly #sandboxes = new Sandboxes(agentPath());
  #home: string | undefined;
  #layouts = 0;
  #version: string | undefined;

  constructor(tool: Tool, limits: Limits) {
    resolveProgram(tool.program, tool.command === undefined ? "--tool" : "--tool-cmd");
    for (const program of tool.needs ?? []) resolveProgram(program, `--tool ${tool.name} needs`);
    this.tool = tool;
    this.limits = limits;
  }

  close(): void {
    this.#sandboxes.close();
    if (this.#home !== undefined) rmSync(this.#home, { recursive: true, force: true });
  }

  /** The first line of the tool's version; empty when it does not say. */
  async version(): Promise<string> {
    if (this.#version !== undefined) return this.#version;
    // What the tool itself started, and would hold its output open, has to end with it: `timeout` ends a whole process group.
    const seconds = Math.min(VERSION_MS, this.limits.timeoutMs) / 1000;
    const { stdout, failed } = await execa("timeout", ["-k", "1", `${seconds}`, this.tool.program, ...this.tool.version], {
      reject: false,
      stdin: "pipe",
      input: "",
    });
    this.#version = failed ? "" : (stdout.split("\n")[0] ?? "");
    return this.#version;
  }

  get abilities(): Abilities {
    const { copies, runtimeConfig } = this.tool;
    return { unpacks: copies === undefined, copies: copies !== undefined, converts: runtimeConfig !== undefined };
  }

  /** What is known of it, where it is judged by a release. */
  async facts(release: Release): Promise<ImageFacts> {
    const { name, program, command } = this.tool;
    const version = await this.version();
    return {
      tool: name,
      version: version === "" ? program : version,
      ...(command === undefined ? {} : { command }),
      copies: this.abilities.copies,
      converts: this.abilities.converts,
      spec: release,
      limits: this.limits,
    };
  }

  /** Finds out which levels of the factors of images it does not take by themselves, so that combinations with them are not asked for. */
  async learnLevels(release: Release): Promise<readonly RefusedLevel[]> {
    const facts = await this.facts(release);
    const knowledge = knowledgeOf(minimalImage(), facts);
    const refused: RefusedLevel[] = [];
    await inParallel(levelsAlone(tablesFor(facts)), LEARNERS, this.signal, async ({ factor, level, cases }) => {
      const testCase = new Drawing<ImageCase>(1).next(cases).case;
      if (!viewOf(testCase, await this.once(testCase), knowledge).worked) refused.push({ factor, level });
    });
    return refused.sort((a, b) => `${a.factor} ${a.level}`.localeCompare(`${b.factor} ${b.level}`));
  }

  /** Unpacks an image in a sandbox of its own. */
  async once(testCase: ImageCase): Promise<ImageObservation> {
    this.#home ??= temporaryDirectory("image");
    const directory = join(this.#home, `${++this.#layouts}`);
    const layout = buildLayout(testCase);
    try {
      writeLayout(directory, layout);
      const observation = await this.#run(directory);
      const { manifest, config, layers } = layout.names;
      const parts = [["the manifest", manifest], ["the config", config], ...layers.map((path, at) => [`layer ${at + 1}`, path])] as const;
      const sources = parts.flatMap(([name = "", path = ""]) => {
        const content = sized(layout.files.get(path));
        return content === undefined ? [] : [[name, content] as const];
      });
      const decoys = layout.names.decoys.flatMap((path) => sized(layout.files.get(path)) ?? []);
      return { ...observation, sources: Object.fromEntries(sources), ...(decoys.length > 0 ? { decoys } : {}) };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Runs the tool; where the sandbox fails, and not the tool, once or twice more. @throws HarnessError */
  async #run(directory: string): Promise<ImageObservation> {
    for (let left = TRIES; ; left--) {
      try {
        return await runTool(this.tool, this.#sandboxes, directory, this.limits, this.signal);
      } catch (thrown) {
        if (left <= 1 || this.signal.aborted || !(thrown instanceof HarnessError)) throw thrown;
      }
    }
  }

  /** Unpacks an image, and what is needed to know why it was refused, or whether it comes out the same again. @throws HarnessError */
  async observe(testCase: ImageCase): Promise<ImageObservation> {
    const first = await this.once(testCase);
    if (this.seen.size < MAX_SEEN) this.seen.set(JSON.stringify(testCase), first);
    const again = testCase.aims.includes("robustness.image.repeatable") ? { again: (await this.once(testCase)).tree } : {};
    const controls: Record<string, Ending> = {};
    const knowledge = knowledgeOf(testCase, this.abilities);
    for (const [name, control] of controlsFor(viewOf(testCase, first, knowledge))) {
      controls[name] = ending(await this.once(control));
      // The first that explains the refusal is enough: a later one may take away the same.
      if (controls[name] === "accepted") break;
    }
    return { ...first, ...again, controls };
  }

  /**
   * Something must come of an image of one layer with one file, in whichever of a few forms; whether it is right is for the checks
   * to say. @throws Inconclusive with what was expected, what came, and what may help.
   */
  async preflight(): Promise<void> {
    let first: ImageObservation | undefined;
    for (const testCase of [minimalImage(), ...otherForms()]) {
      const observation = await this.#tried(testCase);
      if (madeSomething(observation)) return;
      first ??= observation;
    }
    if (first) throw new Inconclusive(untestable(this.tool, first));
  }

  /** @throws Inconclusive when the tool's daemon does not start */
  async #tried(testCase: ImageCase): Promise<ImageObservation> {
    try {
      return await this.once(testCase);
    } catch (thrown) {
      throw thrown instanceof DaemonFailed ? new Inconclusive(`${this.tool.name}: ${thrown.message}`) : thrown;
    }
  }
}
