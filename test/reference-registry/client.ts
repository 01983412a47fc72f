import { createHash } from "node:crypto";
import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from "node:http";
import type { Readable } from "node:stream";
import type { Test } from "tap";
import { type ServeOptions, serve } from "../../reference-registry/serve.js";

export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const INDEX = "application/vnd.oci.image.index.v1+json";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface Sent {
  readonly body?: string | Buffer | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

export const digest = (content: string | Buffer, algorithm = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;

/** A client that sends paths as they are, without making them nicer first. */
export class Client {
  readonly url: string;
  readonly options: RequestOptions;
  constructor(url: string, options: RequestOptions = {}) {
    this.url = url;
    this.options = options;
  }

  /** Begins a request whose body is still to be written. */
  open(method: string, path: string, headers: Readonly<Record<string, string>> = {}): ClientRequest {
    const { hostname, port } = new URL(this.url);
    return request({ hostname, port, method, path, headers, ...this.options });
  }

  async send(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Answer> {
    const length: Record<string, string> =
      typeof body === "string" || Buffer.isBuffer(body) ? { "Content-Length": String(Buffer.byteLength(body)) } : {};
    const sending = this.open(method, path, { ...length, ...headers });
    const answer = answerTo(sending);
    if (body !== undefined && typeof body !== "string" && !Buffer.isBuffer(body)) body.pipe(sending);
    else sending.end(body);
    return answer;
  }

  get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => this.send("GET", path, { headers });
  head = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => this.send("HEAD", path, { headers });

  /** Starts an upload, and gives its location. */
  async start(name: string, query = ""): Promise<string> {
    const { headers } = await this.send("POST", `/v2/${name}/blobs/uploads/${query}`);
    return headers.location ?? "";
  }

  async blob(name: string, content: string | Buffer): Promise<string> {
    const is = digest(content);
    const { status, text } = await this.send("POST", `/v2/${name}/blobs/uploads/?digest=${is}`, { body: content });
    if (status !== 201) throw new Error(`pushing a blob: ${status} ${text}`);
    return is;
  }

  manifest(name: string, reference: string, manifest: unknown, type = MANIFEST): Promise<Answer> {
    const body = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
    return this.send("PUT", `/v2/${name}/manifests/${reference}`, { body, headers: { "Content-Type": type } });
  }

  /** Pushes an image with that config, and gives its text. */
  async image(name: string, reference: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const text = JSON.stringify(imageOf(await this.blob(name, "{}"), more));
    const { status, text: said } = await this.manifest(name, reference, text);
    if (status !== 201) throw new Error(`pushing a manifest: ${status} ${said}`);
    return text;
  }
}

export const descriptor = (of: string, size = 2, mediaType = "application/vnd.oci.empty.v1+json") => ({ mediaType, digest: of, size });

export const imageOf = (config: string, more: Readonly<Record<string, unknown>> = {}) => ({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: descriptor(config),
  layers: [],
  ...more,
});

export function answerTo(sending: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    sending.on("error", reject);
    sending.on("response", (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() });
      });
    });
  });
}

export const codeOf = ({ text }: Answer): unknown => (JSON.parse(text) as { errors: { code: unknown }[] }).errors[0]?.code;

/** A registry of the test's own, with a client for it. */
export async function registry(t: Test, options: Partial<ServeOptions> = {}): Promise<Client> {
  const agent = new Agent({ keepAlive: true });
  const served = await serve({
    // Making a test directory empties it.
    dir: options.dir ?? t.testdir(),
    durable: false,
    onError: (thrown) => t.fail(`answered with 500: ${thrown instanceof Error ? thrown.stack : thrown}`),
    ...options,
  });
  t.teardown(async () => {
    agent.destroy();
    await served.close();
  });
  return new Client(served.url, { agent });
}
