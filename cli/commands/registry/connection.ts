import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../../../files/directory.js";
import { temporaryDirectory } from "../../../files/temporary.js";
import { learningCase, minimalCase } from "../../../generators/registry/learn.js";
import { MEDIA } from "../../../generators/registry/steps.js";
import { type Content, collects, type Given, type RegistryCase, restarts } from "../../../runners/registry/case.js";
import { RegistryClient } from "../../../runners/registry/client.js";
import { collectGarbage } from "../../../runners/registry/collect.js";
import { header, type RegistryObservation, type SeenResponse } from "../../../runners/registry/observation.js";
import { CaseRun, type Collector } from "../../../runners/registry/run-case.js";
import { Server } from "../../../runners/registry/server.js";
import { Settling } from "../../../runners/registry/settle.js";
import type { Endpoint, RegistryFacts } from "../../../runners/registry/target.js";
import { splitCommand } from "../../../runners/runtime/preflight.js";
import { Inconclusive, UsageError } from "../../../spec/errors.js";
import { isBehind } from "../../../suites/registry/behind.js";
import { type Unfit, unfit } from "../../../suites/registry/first-steps.js";
import { checks } from "../../../suites/registry/index.js";
import { learn } from "../../../suites/registry/learn.js";
import { bundledCollection, bundledCommand, freeAddresses, isBundled } from "./bundled.js";
import { Cleanup } from "./cleanup.js";
import { hints } from "./hints.js";
import { credentialsOf, type RegistryReach } from "./options.js";
import { Turns } from "./turns.js";

const START_MS = 30_000;
const COLLECT_MS = 600_000;
/** Connections at the same time: more than any case has clients, for each job. */
const CONNECTIONS = 32;
const MANIFESTS = [
  MEDIA.manifest,
  MEDIA.index,
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");
const MAX_BODY = 64 * 1024 * 1024;

/** A registry under test: reached, learnt about, and used by one case after the other. */
export class RegistryConnection {
  readonly #client: RegistryClient;
  readonly #server: Server | undefined;
  readonly #turns = new Turns();
  readonly #prefix: string;
  readonly #cleanup: Cleanup | undefined;
  /** Repositories that are there, to be used in place of new ones. */
  readonly #borrowed: readonly string[];
  readonly #settling: Settling;
  readonly #temporary: string | undefined;
  readonly #collect: Collector | undefined;
  #number = 0;
  readonly endpoint: Endpoint;

  private constructor(
    endpoint: Endpoint,
    { cleanup, repository, settle, gc, out, bundledArg }: RegistryReach,
    server?: Server,
    temporary?: string,
  ) {
    this.endpoint = endpoint;
    this.#client = new RegistryClient(endpoint, CONNECTIONS);
    this.#server = server;
    this.#borrowed = repository;
    this.#settling = new Settling(settle, isBehind);
    this.#cleanup = cleanup || repository.length > 0 ? new Cleanup(this.#client) : undefined;
    this.#temporary = temporary;
    const collection = gc === undefined ? temporary && bundledCollection(temporary, bundledArg) : splitCommand(gc);
    if (collection) this.#collect = collector(collection, join(out, "gc.log"), server);
    const run = (Date.now() * 100 + (process.pid % 100)).toString(36);
    const [first] = repository;
    const beside = first === undefined ? endpoint.namespace : first.split("/").slice(0, -1).join("/");
    this.#prefix = `${beside === "" ? "" : `${beside}/`}${first === undefined ? "" : "oci-conform-"}${run}`;
  }

  /** Reaches the registry that the options name; starts it, if they say so. @throws UsageError, Inconclusive */
  static async open(options: RegistryReach): Promise<RegistryConnection> {
    const bundled = isBundled(options);
    const [url = "http://127.0.0.1:5000", ...others] = bundled ? await freeAddresses() : options.url;
    const endpoint: Endpoint = {
      url,
      ...(others.length > 0 ? { others } : {}),
      namespace: options.namespace,
      timeoutMs: options.timeout,
      maxBody: MAX_BODY,
      ...(options.rate === undefined ? {} : { rate: options.rate }),
      tls: { insecure: options.insecure, ...(options.ca === undefined ? {} : { ca: readCertificate(options.ca) }) },
      ...credentials(options, url),
    };
    if (bundled || options.server !== undefined || options.gc !== undefined) makeDirectory(options.out, "--out");
    if (!bundled && options.server === undefined) return new RegistryConnection(endpoint, options);
    const temporary = bundled ? temporaryDirectory("registry") : undefined;
    const argv =
      temporary === undefined ? splitCommand(options.server ?? "") : bundledCommand(temporary, [url, ...others], options.bundledArg);
    try {
      const server = await Server.start({ argv, url, others, log: join(options.out, "server.log"), startMs: START_MS });
      return new RegistryConnection(endpoint, options, server, temporary);
    } catch (thrown) {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
      throw thrown;
    }
  }

  /** How many requests it was sent so far. */
  get requests(): number {
    return this.#client.sent;
  }

  /** Carries a case out in repositories of its own; or in those that were named, one case at a time. */
  async run(testCase: RegistryCase, stop = false): Promise<RegistryObservation> {
    return this.#turns.run(restarts(testCase) || collects(testCase) || this.#borrowed.length > 0, async () => {
      if (this.#server?.crashed !== undefined) await this.#server.restart("SIGKILL");
      const prefix = `${this.#prefix}-${(++this.#number).toString(36)}`;
      const observation = await new CaseRun(this.#client, testCase, prefix, this.#server, {
        borrowed: this.#borrowed,
        settling: this.#settling,
        collect: this.#collect,
      }).run(stop);
      await this.#cleanup?.after(observation);
      return observation;
    });
  }

  /** Finds out whether the registry can be tested, and what it chose. @throws Inconclusive with its own words */
  async preflight(options: RegistryReach): Promise<{ readonly facts: RegistryFacts; readonly version: string }> {
    const testCase = minimalCase();
    const minimal = await this.run(testCase, true);
    const bundled = isBundled(options);
    const release = options.spec ?? (bundled ? "head" : "1.1.1");
    const { others = [] } = this.endpoint;
    const facts: RegistryFacts = {
      release,
      choices: { push: true },
      apis: options.apis,
      ours: this.#server !== undefined,
      ...(this.#collect ? { collects: true } : {}),
      ...(others.length > 0 ? { addresses: 1 + others.length } : {}),
    };
    const wrong = unfit(checks, testCase, minimal, facts);
    if (wrong) throw new Inconclusive(this.#cannot(wrong, options));
    const choices = learn(await this.run(learningCase(this.endpoint.rate === undefined)));
    if (options.gc !== undefined) {
      const failed = await this.#collect?.();
      if (failed !== undefined) throw new Inconclusive(failed);
    }
    const [base] = minimal.exchanges;
    const version = base?.response ? (header(base.response, "server") ?? "") : "";
    return { facts: { ...facts, choices }, version };
  }

  #cannot({ said, exchange }: Unfit, options: RegistryReach): string {
    const { url } = this.endpoint;
    const words = exchange?.response?.body.text?.trim().slice(0, 500) ?? "";
    return [
      `${url} cannot do the least that is asked of a registry:`,
      said,
      ...(words === "" ? [] : words.split("\n").slice(0, 5)),
      ...hints(exchange, { ...options, url }),
    ].join("\n  ");
  }

  /** Reads the image that `--pull-only` names. @throws Inconclusive when it cannot be read */
  async read(image: string): Promise<{ readonly given: Given; readonly contents: Readonly<Record<string, Content>> }> {
    const colon = image.lastIndexOf(":");
    const [repository, tag] = [image.slice(0, colon), image.slice(colon + 1)];
    const fetched = async (path: string): Promise<SeenResponse> => {
      const answer = await this.#client.send({
        method: "GET",
        url: `${this.endpoint.url}/v2/${repository}/${path}`,
        headers: { accept: MANIFESTS },
        body: null,
      });
      if ("response" in answer && answer.response.status === 200) return answer.response;
      const why = "response" in answer ? `${answer.response.status} ${answer.response.body.text ?? ""}` : answer.failure.message;
      throw new Inconclusive(`${image} cannot be read: GET ${path} → ${why.trim().slice(0, 300)}`);
    };
    const manifest = await fetched(`manifests/${tag}`);
    const text = manifest.body.text ?? "";
    const digests = [...text.matchAll(/"digest"\s*:\s*"(sha256:[0-9a-f]{64})"/g)].map(([, digest]) => digest ?? "");
    const mediaType = (header(manifest, "content-type") ?? "").split(";")[0]?.trim() ?? "";
    const contents: Record<string, Content> = { manifest: { kind: "base64", bytes: Buffer.from(text).toString("base64") } };
    const blobs: string[] = [];
    // The small ones: of an index there are none.
    for (const [at, digest] of (mediaType.includes("index") || mediaType.includes("list") ? [] : [...new Set(digests)]).entries()) {
      const { body } = await fetched(`blobs/${digest}`);
      if (body.text === undefined || Buffer.byteLength(body.text) !== body.size) continue;
      contents[`blob${at}`] = { kind: "base64", bytes: Buffer.from(body.text).toString("base64") };
      blobs.push(`blob${at}`);
    }
    return { given: { repository, tag, manifest: "manifest", mediaType, blobs }, contents };
  }

  /** What was pushed and could not be deleted, one a line. */
  get left(): readonly string[] {
    return this.#cleanup?.left ?? [];
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#server?.close();
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }
}

/** What has garbage collected: while a server of ours does not run, or while another one does. @param log made where it is not there */
function collector(argv: readonly string[], log: string, server: Server | undefined): Collector {
  const collect = (): Promise<string | undefined> => collectGarbage({ argv, log, timeoutMs: COLLECT_MS });
  return server ? () => server.without(collect) : collect;
}

function credentials(options: RegistryReach, url: string): Pick<Endpoint, "credentials"> {
  const found = credentialsOf(options, url);
  return found ? { credentials: found } : {};
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`--ca ${file}: cannot be read`);
  }
}
