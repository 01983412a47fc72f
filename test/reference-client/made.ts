import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Test } from "tap";
import { runClient } from "../../reference-client/main.js";
import { type ServeOptions, serve } from "../../reference-registry/serve.js";
import { INDEX, MANIFEST } from "../../spec/image/media-types.js";

/** What a run of the client came to. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the client. */
export async function run(args: readonly string[], signal?: AbortSignal): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const status = await runClient(args, signal ? { ...io, signal } : io);
  return { status, out: out.join(""), err: err.join("") };
}

/** Runs the client without TLS. */
export const client = (...args: readonly string[]): Promise<Ran> => run(["--plain-http", "--timeout", "5", ...args]);

export const sha = (content: string | Buffer, algorithm = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;

export interface Entry {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An image layout in a directory, to which contents are added. */
export class Layout {
  readonly dir: string;
  constructor(dir: string) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  blob(content: string | Buffer, mediaType = "application/octet-stream", algorithm = "sha256"): Entry {
    const digest = sha(content, algorithm);
    const [, encoded = ""] = digest.split(":");
    mkdirSync(join(this.dir, "blobs", algorithm), { recursive: true });
    writeFileSync(join(this.dir, "blobs", algorithm, encoded), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  }

  json(document: Readonly<Record<string, unknown>>, algorithm = "sha256"): Entry {
    return this.blob(JSON.stringify(document), String(document.mediaType ?? MANIFEST), algorithm);
  }

  image(layers: readonly (string | Buffer)[], more: Readonly<Record<string, unknown>> = {}, algorithm = "sha256"): Entry {
    const config = this.blob("{}", "application/vnd.oci.image.config.v1+json", algorithm);
    const blobs = layers.map((layer) => this.blob(layer, "application/vnd.oci.image.layer.v1.tar", algorithm));
    return this.json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: blobs, ...more }, algorithm);
  }

  index(manifests: readonly Entry[], more: Readonly<Record<string, unknown>> = {}): Entry {
    return this.json({ schemaVersion: 2, mediaType: INDEX, manifests, ...more });
  }

  /** Names a manifest: the layout holds it from now on. */
  name(manifest: Entry, name = "tested"): Entry {
    const path = join(this.dir, "index.json");
    const named = { ...manifest, annotations: { "org.opencontainers.image.ref.name": name } };
    const old = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { manifests: Entry[] }).manifests : [];
    writeFileSync(join(this.dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(path, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [...old, named] }));
    return manifest;
  }
}

/** A server of the test's own that answers as it is told: `127.0.0.1:PORT`. */
export async function answering(t: Test, listen: RequestListener): Promise<string> {
  const server = createServer(listen);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A registry of the test's own: `127.0.0.1:PORT`. */
export async function registry(t: Test, dir: string, options: Partial<ServeOptions> = {}): Promise<string> {
  const served = await serve({ dir, durable: false, ...options });
  t.teardown(() => served.close());
  return served.url.replace(/^https?:\/\//, "");
}
