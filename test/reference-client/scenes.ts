import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { type Behaviour, type Deed, type Endpoint, HOSTS, type Host } from "../../reference-registry/behaviours/behaviour.js";
import type { ClientExchange } from "../../reference-registry/stage/exchange.js";
import type { Play, PlayedContent, PlayedRepository } from "../../reference-registry/stage/play.js";
import { type PlayedOut, Stage } from "../../reference-registry/stage/stage.js";
import { referrersTag } from "../../spec/distribution/grammar.js";
import { INDEX, MANIFEST } from "../../spec/image/media-types.js";
import { client, Layout, type Ran, sha } from "./made.js";

/** One command of the client, and what it meets. */
export interface Scene {
  /** Words in which `{registry}` and `{other}` are addresses, `{dir}` a directory of the run, `{layout}` one that holds the images. */
  readonly run: readonly string[];
  readonly behaviours?: readonly Behaviour[];
  readonly choices?: readonly string[];
  readonly holds?: readonly PlayedRepository[];
  /** Hosts for which the client has credentials. */
  readonly credentials?: readonly Host[];
  /** What the client does when nothing is wrong with it. */
  readonly status: 0 | 1;
  readonly err?: RegExp;
  readonly out?: RegExp;
}

/** What a run of a scene came to. */
export interface Seen extends Ran {
  readonly played: PlayedOut;
  /** The digests of all files that it wrote, by path. */
  readonly written: Readonly<Record<string, string>>;
}

export const on = (to: Endpoint, methods: readonly string[], does: Deed, more: Partial<Behaviour["on"]> = {}): Behaviour => ({
  on: { to, methods, ...more },
  does,
});

export const header = (name: string, value: string | null): Deed => ({ kind: "header", name, value });

const CONFIG = "{}";
export const LAYER = "0123456789".repeat(20);
const EMPTY_TYPE = "application/vnd.oci.image.config.v1+json";
const described = (text: string, mediaType: string, digest = sha(text)) => ({ mediaType, digest, size: Buffer.byteLength(text) });

/** An image of a config and a layer, with what else its manifest has. */
export const imageText = (layer: string, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: described(CONFIG, EMPTY_TYPE),
    layers: [described(layer, "application/vnd.oci.image.layer.v1.tar")],
    ...more,
  });

export const IMAGE = imageText(LAYER);
export const DIGEST = sha(IMAGE);
export const SUBJECT = { mediaType: MANIFEST, digest: DIGEST, size: IMAGE.length };
export const ARTIFACT = imageText(LAYER, { artifactType: "a/a", subject: SUBJECT, annotations: { k: "v", l: "w" } });
export const PLAIN_REFERRER = imageText(LAYER, { subject: SUBJECT });
export const LIST_TAG = referrersTag(DIGEST);

const blob = (text: string): PlayedContent => ({ digest: sha(text), bytes: Buffer.from(text) });
const manifest = (text: string, ...tags: readonly string[]): PlayedContent => ({
  digest: sha(text),
  bytes: Buffer.from(text),
  mediaType: String((JSON.parse(text) as { mediaType: string }).mediaType),
  tags,
});

export const listOf = (...entries: readonly object[]): string => JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: entries });

export const entryOf = (text: string, more: object = {}): object => ({
  mediaType: MANIFEST,
  digest: sha(text),
  size: text.length,
  ...more,
});

/** A repository with the image by tag `t`, and other manifests by their tags. */
export const holding = (name = "c/a", others: Readonly<Record<string, string>> = {}): PlayedRepository => ({
  host: "registry",
  name,
  contents: [blob(CONFIG), blob(LAYER), manifest(IMAGE, "t"), ...Object.entries(others).map(([tag, text]) => manifest(text, tag))],
});

/** A directory with image layouts of what the scenes push. */
export function layoutIn(dir: string): string {
  const layout = new Layout(dir);
  for (const text of [CONFIG, LAYER]) layout.blob(text);
  for (const [name, text] of Object.entries({ tested: IMAGE, artifact: ARTIFACT, referrer: PLAIN_REFERRER }))
    layout.name(layout.blob(text, MANIFEST), name);
  layout.name(layout.image(["of sha512"], {}, "sha512"), "long");
  const digest = `${"very-long-algorithm-of-nobody-knows-whom".replaceAll("-", "+")}:${"a".repeat(90)}`;
  layout.name(layout.image([LAYER], { subject: { mediaType: MANIFEST, digest, size: 5 } }), "odd");
  writeFileSync(join(dir, "file"), "a file");
  return dir;
}

/** Where scenes are played. */
export class Theatre {
  readonly #stage: Stage;
  readonly #dir: string;
  readonly #layout: string;
  #count = 0;

  private constructor(stage: Stage, dir: string) {
    this.#stage = stage;
    this.#dir = dir;
    this.#layout = layoutIn(join(dir, "layout"));
  }

  static async open(t: Test): Promise<Theatre> {
    const stage = await Stage.open(HOSTS.map((host) => ({ host, address: "127.0.0.1", port: 0 })));
    t.teardown(() => stage.close());
    return new Theatre(stage, t.testdir());
  }

  async play(scene: Scene, ...more: readonly string[]): Promise<Seen> {
    const dir = join(this.#dir, String(this.#count++));
    mkdirSync(dir);
    const credentials = Object.fromEntries((scene.credentials ?? []).map((host) => [host, { user: "ada", password: `of ${host}` }]));
    const play: Play = {
      holds: scene.holds ?? [holding()],
      choices: scene.choices ?? [],
      behaviours: scene.behaviours ?? [],
      credentials,
    };
    const config = scene.credentials ? ["--config", this.#config(dir, credentials)] : [];
    await this.#stage.begin(play);
    const out = join(dir, "out");
    const ran = await client(...scene.run.map((word) => this.#filled(word, out)), ...config, ...more);
    const played = await this.#stage.end();
    const written = filesIn(out);
    rmSync(dir, { recursive: true });
    return { ...ran, played, written };
  }

  #filled(word: string, dir: string): string {
    const { registry, other } = this.#stage.addresses;
    const words = { registry, other, dir, layout: this.#layout, digest: DIGEST };
    return word.replaceAll(/\{(\w+)\}/g, (all, name: string) => (words as Readonly<Record<string, string>>)[name] ?? all);
  }

  #config(dir: string, credentials: Readonly<Record<string, { user: string; password: string }>>): string {
    const auths = Object.entries(credentials).map(([host, { user, password }]) => [
      this.#stage.addresses[host as Host],
      { auth: Buffer.from(`${user}:${password}`).toString("base64") },
    ]);
    writeFileSync(join(dir, "config.json"), JSON.stringify({ auths: Object.fromEntries(auths) }));
    return dir;
  }
}

function filesIn(dir: string): Readonly<Record<string, string>> {
  if (!existsSync(dir)) return {};
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(dir.length + 1), createHash("sha256").update(readFileSync(path)).digest("hex")];
    }),
  );
}

/** Exchanges in short, without what no two runs have in common. */
export const inShort = (exchanges: readonly ClientExchange[]): readonly string[] =>
  exchanges.map(({ host, request: { method, target, headers, body }, response }) => {
    const told = headers
      .filter(([name]) => !["host", "connection", "user-agent"].includes(name))
      .map(([name, value]) => `${name}: ${value}`);
    const sent = `${host}: ${method} ${target} ${told.join(", ")} ${body?.sha256 ?? ""} → ${response?.status}`;
    return sent.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|Bearer \S+/g, "ID");
  });
