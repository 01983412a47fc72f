import { rmSync } from "node:fs";
import { arch, release as kernelRelease, platform } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import fc, { type Arbitrary } from "fast-check";
import { temporaryDirectory } from "../../../../files/temporary.js";
import { minimalImage } from "../../../../generators/image/base.js";
import { anyImage } from "../../../../generators/image/case.js";
import { anyFaultImage } from "../../../../generators/image/invalid/cases.js";
import { faultNamed } from "../../../../generators/image/invalid/table.js";
import { buildLayout } from "../../../../generators/image/layout/layout.js";
import { writeLayout } from "../../../../generators/image/layout/write-layout.js";
import type { Finding, ResultsHost } from "../../../../reports/results/results.js";
import { Complaints } from "../../../../runners/complaints.js";
import type { Execute, Source } from "../../../../runners/explore.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import { digestOf } from "../../../../runners/image/content.js";
import { complaint, type Ending, ending, type ImageObservation } from "../../../../runners/image/observation.js";
import { DaemonFailed, runTool } from "../../../../runners/image/run-tool.js";
import type { Limits } from "../../../../runners/image/script.js";
import type { ImageSetting } from "../../../../runners/image/store.js";
import type { Tool } from "../../../../runners/image/tools/tool.js";
import { interrupted } from "../../../../runners/interrupt.js";
import type { Judged } from "../../../../runners/outcome.js";
import { agentPath } from "../../../../runners/runtime/build-native.js";
import { resolveProgram } from "../../../../runners/runtime/preflight.js";
import { quote } from "../../../../runners/runtime/reproduce.js";
import type { Shrunk } from "../../../../runners/shrink.js";
import type { Requirement } from "../../../../spec/catalogue.js";
import { HarnessError, Inconclusive, UsageError } from "../../../../spec/errors.js";
import type { Release } from "../../../../spec/image/releases.js";
import { controlsFor } from "../../../../suites/image/tool/controls.js";
import { toolExamples } from "../../../../suites/image/tool/examples.js";
import { idsFor, judgeTool } from "../../../../suites/image/tool/judge.js";
import { type Abilities, type Knowledge, viewOf } from "../../../../suites/image/tool/view.js";
import { confirmationOf } from "../../../session/run-suite.js";
import { type FailedImage, storeFailure } from "./finding.js";
import { madeSomething, otherForms, untestable } from "./preflight.js";

/** @throws UsageError where tools cannot be driven. */
export function assertDrivable(): void {
  if (platform() !== "linux") throw new UsageError(`image tools are driven on Linux; this is ${platform()}`);
  if (process.geteuid?.() !== 0) throw new UsageError("image tools are driven as root, in a sandbox: start this as root");
}

/** How many images are remembered for comparing tools: a fuzz run has no end. */
const MOST_SEEN = 2000;

/** How often a sandbox that fails is tried: a machine that is short of something for a moment spoils no run. */
const TRIES = 3;

/** Content as observations have it: its size and digest. */
const sized = (bytes: Buffer | undefined): string | undefined => bytes && `${bytes.length} ${digestOf(bytes)}`;

/** How long a tool may take to say its version. */
const VERSION_MS = 10_000;

/** A tool in its sandbox: carries images out, one directory for the layouts of a whole run. */
export class ToolTarget {
  readonly tool: Tool;
  readonly limits: Limits;
  /** Ends what is under way. */
  signal: AbortSignal = new AbortController().signal;
  readonly complaints = new Complaints();
  /** What was seen of each image, by its text: for comparing tools. */
  readonly seen = new Map<string, ImageObservation>();
  readonly #agent = agentPath();
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

  knowledge({ fault }: ImageCase): Knowledge {
    return { refusedBy: (fault === undefined ? undefined : faultNamed(fault)?.refusedBy) ?? [], converts: this.abilities.converts };
  }

  /** Unpacks an image in a sandbox of its own. */
  async once(subject: ImageCase): Promise<ImageObservation> {
    this.#home ??= temporaryDirectory("image");
    const directory = join(this.#home, `${++this.#layouts}`);
    const layout = buildLayout(subject);
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
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Runs the tool; where the sandbox fails, and not the tool, once or twice more. @throws HarnessError */
  async #run(directory: string): Promise<ImageObservation> {
    for (let left = TRIES; ; left--) {
      try {
        return await runTool(this.tool, this.#agent, directory, this.limits, this.signal);
      } catch (thrown) {
        if (left <= 1 || this.signal.aborted || !(thrown instanceof HarnessError)) throw thrown;
      }
    }
  }

  /** Unpacks an image, and what is needed to know why it was refused, or whether it comes out the same again. */
  async observe(subject: ImageCase): Promise<ImageObservation> {
    const first = await this.once(subject);
    if (this.seen.size < MOST_SEEN) this.seen.set(JSON.stringify(subject), first);
    const again = subject.aims.includes("robustness.image.repeatable") ? { again: (await this.once(subject)).tree } : {};
    const controls: Record<string, Ending> = {};
    for (const [name, control] of controlsFor(viewOf(subject, first, this.knowledge(subject)))) {
      controls[name] = ending(await this.once(control));
      // The first that explains the refusal is enough: a later one may take away the same.
      if (controls[name] === "accepted") break;
    }
    return { ...first, ...again, controls };
  }

  /** Carries a case out and judges it. What goes wrong in the harness is an error of the case's aims, never a failure. */
  execute: Execute<ImageCase, ImageObservation> = async (subject): Promise<Judged<ImageObservation>> => {
    try {
      const observation = await this.observe(subject);
      return { observation, outcomes: judgeTool(subject, observation, this.knowledge(subject)) };
    } catch (thrown) {
      if (!(thrown instanceof HarnessError) || (await interrupted(this.signal))) throw thrown;
      const message = `${subject.title}: ${thrown.message}`;
      this.complaints.add(message);
      return { observation: UNSEEN, outcomes: new Map(subject.aims.map((id) => [id, { verdict: "error", message }])) };
    }
  };

  /**
   * Something must come of an image of one layer with one file, in whichever of a few forms; whether it is right is for the checks
   * to say. @throws Inconclusive with what was expected, what came, and what may help.
   */
  async preflight(): Promise<void> {
    let first: ImageObservation | undefined;
    for (const subject of [minimalImage(), ...otherForms()]) {
      const observation = await this.#tried(subject);
      if (madeSomething(observation)) return;
      first ??= observation;
    }
    if (first) throw new Inconclusive(untestable(this.tool, first));
  }

  /** @throws Inconclusive when the tool's daemon does not start */
  async #tried(subject: ImageCase): Promise<ImageObservation> {
    try {
      return await this.once(subject);
    } catch (thrown) {
      throw thrown instanceof DaemonFailed ? new Inconclusive(`${this.tool.name}: ${thrown.message}`) : thrown;
    }
  }

  sources(): Source<ImageCase>[] {
    const judged = idsFor(this.abilities);
    return toolExamples()
      .filter(({ aims }) => aims.some((id) => judged.has(id)))
      .map(({ aims, cases }) => ({ name: aims.join(" "), ids: aims, cases }));
  }

  /** What is to be known besides a case to judge or repeat it. */
  setting(release: Release): ImageSetting {
    const { name, program, runtimeConfig, command } = this.tool;
    return {
      tool: name,
      version: this.#version ?? program,
      ...(command === undefined ? {} : { command }),
      converts: runtimeConfig !== undefined,
      spec: release,
      limits: this.limits,
    };
  }

  /** Stores a case that failed. Returns its directory. */
  store(root: string, requirement: Requirement, release: Release, failed: FailedImage): string {
    return storeFailure(root, requirement, this.tool, this.setting(release), failed);
  }

  /** Stores the smallest case of a finding, and describes it. */
  finding(root: string, requirement: Requirement, release: Release, shrunk: Shrunk<ImageCase, ImageObservation>): Finding {
    const { outcome, observation } = shrunk;
    const { case: subject } = shrunk.drawn;
    const directory = this.store(root, requirement, release, { case: subject, observation, outcome });
    const output = complaint(observation);
    const { name, command } = this.tool;
    return {
      expected: outcome.expected,
      actual: outcome.actual,
      ...(outcome.note === undefined ? {} : { note: outcome.note }),
      case: subject.title,
      config: {
        layers: subject.layers,
        config: subject.config,
        shape: subject.shape,
        ...(subject.fault === undefined ? {} : { fault: subject.fault }),
      },
      directory,
      replay: `oci-conform replay ${quote(directory)} ${command === undefined ? `--tool ${name}` : `--tool-cmd ${quote(command)}`}`,
      ...confirmationOf(shrunk),
      ...(output === "" ? {} : { output }),
    };
  }
}

/** Whether the layout of a stored case can still be made: its fault may be one of another version. */
export const isBuildable = ({ fault }: ImageCase): boolean => fault === undefined || faultNamed(fault) !== undefined;

/** Images of all sorts: mostly valid ones, some odd, some with a fault. */
export const generalImages = (): Arbitrary<ImageCase> =>
  fc.oneof({ withCrossShrink: true }, { weight: 4, arbitrary: anyImage() }, { weight: 1, arbitrary: anyFaultImage() });

/** The host as reports show it. */
export const hostOf = (): ResultsHost => ({ kernel: kernelRelease(), arch: arch(), cgroup: "none", root: process.geteuid?.() === 0 });

const UNSEEN: ImageObservation = {
  format: "oci-conform/image-observation@1",
  steps: [],
  tree: null,
  copies: {},
  sources: {},
  escapes: [],
  xattrs: [],
  controls: {},
};
