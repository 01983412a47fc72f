import { mkdtempSync, rmSync } from "node:fs";
import { arch, release as kernelRelease, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import fc, { type Arbitrary } from "fast-check";
import { minimalImage } from "../generators/image/base.js";
import { anyImage } from "../generators/image/case.js";
import { faultNamed } from "../generators/image/fault-table.js";
import { anyFaultImage } from "../generators/image/faults.js";
import { buildLayout } from "../generators/image/layout.js";
import { writeLayout } from "../generators/image/write-layout.js";
import type { Finding, ResultsHost } from "../reports/results.js";
import { HarnessError, Inconclusive } from "../runners/errors.js";
import type { Execute, Source } from "../runners/explore.js";
import type { ImageCase } from "../runners/image/case.js";
import { digestOf } from "../runners/image/content.js";
import { complaint, type Ending, ending, type ImageObservation } from "../runners/image/observation.js";
import { runTool } from "../runners/image/run-tool.js";
import type { Limits } from "../runners/image/script.js";
import { storeImage } from "../runners/image/store.js";
import type { Tool } from "../runners/image/tools/tool.js";
import type { Judged } from "../runners/outcome.js";
import { agentPath } from "../runners/runtime/build-native.js";
import { resolveProgram } from "../runners/runtime/preflight.js";
import type { Shrunk } from "../runners/shrink.js";
import { type Requirement, sectionUrl } from "../spec/catalogue.js";
import { controlsFor } from "../suites/image/controls.js";
import { toolExamples } from "../suites/image/tool-examples.js";
import { idsFor, judgeTool } from "../suites/image/tool-judge.js";
import { type Abilities, type Knowledge, viewOf } from "../suites/image/tool-view.js";

/** A tool in its sandbox: carries images out, one directory for the layouts of a whole run. */
export class ToolTarget {
  readonly tool: Tool;
  readonly limits: Limits;
  /** Ends what is under way. */
  signal: AbortSignal = new AbortController().signal;
  readonly complaints: string[] = [];
  /** What was seen of each image, by its text: for comparing tools. */
  readonly seen = new Map<string, ImageObservation>();
  readonly #agent = agentPath();
  readonly #home = mkdtempSync(join(tmpdir(), "oci-conform-image-"));
  #layouts = 0;

  constructor(tool: Tool, limits: Limits) {
    resolveProgram(tool.program);
    this.tool = tool;
    this.limits = limits;
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** The first line of the tool's version; empty when it does not say. */
  async version(): Promise<string> {
    const { stdout, failed } = await execa(this.tool.program, this.tool.version, {
      reject: false,
      timeout: 10_000,
      stdin: "pipe",
      input: "",
    });
    return failed ? "" : (stdout.split("\n")[0] ?? "");
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
    const directory = join(this.#home, `${++this.#layouts}`);
    const layout = buildLayout(subject);
    try {
      writeLayout(directory, layout);
      const observation = await runTool(this.tool, this.#agent, directory, this.limits, this.signal);
      const { manifest, config, layers } = layout.names;
      const parts = [["the manifest", manifest], ["the config", config], ...layers.map((path, at) => [`layer ${at + 1}`, path])] as const;
      const sources = parts.flatMap(([name = "", path = ""]) => {
        const bytes = layout.files.get(path);
        return bytes ? [[name, `${bytes.length} ${digestOf(bytes)}`] as const] : [];
      });
      return { ...observation, sources: Object.fromEntries(sources) };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Unpacks an image, and what is needed to know why it was refused, or whether it comes out the same again. */
  async observe(subject: ImageCase): Promise<ImageObservation> {
    const first = await this.once(subject);
    this.seen.set(JSON.stringify(subject), first);
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
      if (!(thrown instanceof HarnessError)) throw thrown;
      const message = `${subject.title}: ${thrown.message}`;
      this.complaints.push(message);
      return { observation: UNSEEN, outcomes: new Map(subject.aims.map((id) => [id, { verdict: "error", message }])) };
    }
  };

  /** The minimal image must come out, or nothing can be said of the tool. @throws Inconclusive with the tool's own words. */
  async preflight(): Promise<void> {
    const observation = await this.once(minimalImage());
    const { worked } = viewOf(minimalImage(), observation, { refusedBy: [], converts: this.abilities.converts });
    if (worked) return;
    throw new Inconclusive(
      `${this.tool.name} cannot unpack an image of one layer with one file: ${complaint(observation) || "it says that it did, but the file is not there"}`,
    );
  }

  sources(): Source<ImageCase>[] {
    const judged = idsFor(this.abilities);
    return toolExamples()
      .filter(({ ids }) => ids.some((id) => judged.has(id)))
      .map(({ ids, cases }) => ({ name: ids.join(" "), ids, cases }));
  }

  /** Stores the smallest case of a finding, and describes it. */
  finding(root: string, requirement: Requirement, shrunk: Shrunk<ImageCase, ImageObservation>): Finding {
    const subject = shrunk.drawn.case;
    const { expected, actual, note } = shrunk.outcome;
    const text = typeof expected === "string" ? expected : JSON.stringify(expected);
    const directory = storeImage(root, `${this.tool.name}-${requirement.id}`, {
      case: subject,
      observation: shrunk.observation,
      tool: this.tool,
      limits: this.limits,
      write: (path) => writeLayout(path, buildLayout(subject)),
      words: [
        `${requirement.id}: ${subject.title}`,
        requirement.summary,
        sectionUrl(requirement) ?? "",
        `Expected: ${text}${note === undefined ? "" : ` (${note})`}`,
      ],
    });
    const output = complaint(shrunk.observation);
    return {
      expected,
      actual,
      ...(note === undefined ? {} : { note }),
      case: subject.title,
      config: {
        layers: subject.layers,
        config: subject.config,
        shape: subject.shape,
        ...(subject.fault === undefined ? {} : { fault: subject.fault }),
      },
      directory,
      replay: `oci-conform image --tool ${this.tool.name} --case ${directory}`,
      confirmed: { failed: shrunk.failed, runs: shrunk.confirmations },
      ...(shrunk.failed < shrunk.confirmations ? { flaky: shrunk.failed / shrunk.confirmations } : {}),
      ...(output === "" ? {} : { output }),
    };
  }
}

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
