import { buildLayout, type Layout } from "../generators/image/layout/layout.js";
import { type ImageCase, TAG } from "../runners/image/case.js";
import { digestOf } from "../runners/image/content.js";
import type { ImageFacts } from "../runners/image/facts.js";
import { type Ending, ending, type ImageObservation } from "../runners/image/observation.js";
import { DEFAULT_LIMITS } from "../runners/image/script.js";
import type { SeenNode, SeenTree } from "../runners/image/seen.js";
import { controlsFor } from "../suites/image/tool/controls.js";
import { imageToolSuite, knowledgeOf } from "../suites/image/tool/index.js";
import { idsFor } from "../suites/image/tool/judge.js";
import { viewOf } from "../suites/image/tool/view.js";
import { convert } from "./right-convert.js";
import { find, Refusal } from "./right-layout.js";
import { type Choices, type Fault, Root } from "./right-unpack.js";

/** Which of the choices are made, by the bits of a number. */
export const choicesOf = (bits: number): Choices => ({
  strict: (bits & 1) !== 0,
  follows: (bits & 2) !== 0,
  touches: (bits & 4) !== 0,
  linkHeader: (bits & 8) !== 0,
  copiesAcross: (bits & 16) !== 0,
  dropsTrusted: (bits & 32) !== 0,
});

const sized = (bytes: Buffer | undefined): string => `${bytes?.length} ${digestOf(bytes ?? Buffer.alloc(0))}`;

const copyOf = (parts: readonly Buffer[]): SeenTree => {
  const file = (bytes: Buffer): SeenNode => ({
    kind: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: "0.000000000",
    inode: digestOf(bytes),
    content: sized(bytes),
    xattrs: {},
  });
  return Object.fromEntries(parts.map((bytes, at) => [`blob-${at}`, file(bytes)]));
};

/** Something found in what is right. */
export type Wrong = readonly [id: string, actual: unknown];

/** What a right tool comes to, as the runner would have seen it. */
interface Came {
  readonly status: number;
  readonly stderr: string;
  readonly tree: SeenTree | null;
  readonly copy?: SeenTree;
  readonly runtimeConfig?: ImageObservation["runtimeConfig"];
}

/** A right tool that works in this process: it unpacks and converts, or only copies. */
export class RightTool {
  readonly facts: ImageFacts;
  readonly #copying: boolean;
  readonly #fault: Fault | undefined;

  constructor(copying: boolean, fault?: Fault) {
    this.facts = { tool: "right", version: "", copies: copying, converts: !copying, spec: "head", limits: DEFAULT_LIMITS };
    this.#copying = copying;
    this.#fault = fault;
  }

  async #come(layout: Layout, choices: Choices): Promise<Came> {
    try {
      const { manifest, config, configBytes, blobs, layers } = await find(layout, TAG, this.#copying);
      if (this.#copying) return { status: 0, stderr: "", tree: null, copy: copyOf([manifest, configBytes, ...blobs]) };
      const root = new Root(choices, this.#fault);
      for (const layer of layers) root.apply(layer);
      return { status: 0, stderr: "", tree: root.tree, runtimeConfig: convert(config, (path) => root.text(path), this.#fault) };
    } catch (thrown) {
      // What is no layout at all, or no gzip, others refuse as well.
      if (!(thrown instanceof Refusal) && !(thrown instanceof Error && "code" in thrown)) throw thrown;
      return { status: 1, stderr: thrown instanceof Error ? thrown.message : "", tree: null };
    }
  }

  async #once(subject: ImageCase, choices: Choices): Promise<ImageObservation> {
    const layout = buildLayout(subject);
    const { status, stderr, tree, copy, runtimeConfig } = await this.#come(layout, choices);
    const { manifest, config, layers, decoys } = layout.names;
    const content = (path: string): [] | [string] => (layout.files.has(path) ? [sized(layout.files.get(path))] : []);
    const parts = [["the manifest", manifest], ["the config", config], ...layers.map((path, at) => [`layer ${at + 1}`, path])] as const;
    const sources = parts.flatMap(([name = "", path = ""]) => content(path).map((each): [string, string] => [name, each]));
    return {
      format: "oci-conform/image-observation@1",
      steps: [{ name: this.#copying ? "to-dir" : "unpack", status, stdout: "", stderr }],
      tree,
      copies: copy ? { dir: copy } : {},
      ...(this.#copying ? { embedded: { dir: [] } } : {}),
      sources: Object.fromEntries(sources),
      decoys: decoys.flatMap(content),
      ...(runtimeConfig === undefined ? {} : { runtimeConfig }),
      ...(status === 0 ? {} : { leftovers: [] }),
      escapes: [],
      xattrs: ["user.", "trusted.", "security.capability"],
      controls: {},
    };
  }

  /** What is found in an image, as text. */
  async found(subject: ImageCase, bits: number): Promise<readonly Wrong[]> {
    const knowledge = knowledgeOf(subject, this.facts);
    const choices = choicesOf(bits);
    const first = await this.#once(subject, choices);
    const controls: Record<string, Ending> = {};
    for (const [name, control] of controlsFor(viewOf(subject, first, knowledge))) {
      controls[name] = ending(await this.#once(control, choices));
      if (controls[name] === "accepted") break;
    }
    const again = subject.aims.includes("robustness.image.repeatable") ? { again: (await this.#once(subject, choices)).tree } : {};
    const able = idsFor({ unpacks: !this.#copying, copies: this.#copying, converts: !this.#copying });
    return [...imageToolSuite.judge(subject, { ...first, ...again, controls }, this.facts)].flatMap(([id, outcome]): Wrong[] => {
      if (!able.has(id)) return [];
      if (outcome.verdict === "error") return [[id, outcome.message]];
      return outcome.verdict === "fail" ? [[id, { expected: outcome.expected, actual: outcome.actual, note: outcome.note }]] : [];
    });
  }
}
