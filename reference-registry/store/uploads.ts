import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Algorithm, isAlgorithm, isName, type Name } from "../grammar.js";
import type { Files } from "./files.js";
import { Session } from "./session.js";

/** How long an upload may be left alone (spec.md#cancel-a-blob-upload). */
const ABANDONED = 60 * 60 * 1000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * All uploads under way. What a session is about is in `uploads/UUID.json`, written before the first byte goes to
 * `uploads/UUID`: a session with bytes can be resumed after a restart; one without is forgotten.
 */
export class Uploads {
  readonly #files: Files;
  readonly #directory: string;
  readonly #sessions = new Map<string, Session>();

  constructor(files: Files) {
    this.#files = files;
    this.#directory = join(files.root, "uploads");
  }

  /** Reads what an earlier process has left, and removes what cannot be resumed. */
  async load(): Promise<void> {
    await this.#files.directory(this.#directory);
    const there = new Set(readdirSync(this.#directory));
    for (const each of there) {
      const id = each.replace(/\.json$/, "");
      const session = UUID.test(id) && there.has(id) && there.has(`${id}.json`) ? this.#read(id) : undefined;
      if (session) this.#sessions.set(id, session);
      else await rm(join(this.#directory, each), { recursive: true, force: true });
    }
  }

  #read(id: string): Session | undefined {
    const about: unknown = JSON.parse(readFileSync(this.#about(id), "utf8"));
    if (typeof about !== "object" || about === null || !("name" in about) || !("algorithm" in about)) return undefined;
    const { name, algorithm } = about;
    if (typeof name !== "string" || !isName(name) || typeof algorithm !== "string" || !isAlgorithm(algorithm)) return undefined;
    const path = join(this.#directory, id);
    return new Session(id, name, algorithm, path, statSync(path).size);
  }

  start(name: Name, algorithm: Algorithm): Session {
    const id = randomUUID();
    const session = new Session(id, name, algorithm, join(this.#directory, id));
    this.#sessions.set(id, session);
    return session;
  }

  find(id: string, name: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session?.name === name ? session : undefined;
  }

  /** Appends a body to a session that is claimed. */
  async append(session: Session, body: AsyncIterable<Buffer>): Promise<void> {
    if (!session.stored) {
      session.stored = true;
      await this.#files.place(this.#about(session.id), JSON.stringify({ name: session.name, algorithm: session.algorithm }));
    }
    await session.append(body, this.#files.durable);
  }

  /** Lets one request at a time work with a session. @returns undefined when another one does already. */
  async claim<T>(session: Session, work: () => Promise<T>): Promise<T | undefined> {
    if (session.busy) return undefined;
    session.busy = true;
    try {
      return await work();
    } finally {
      session.busy = false;
      session.touched = Date.now();
      if (session.cancelled) await this.forget(session);
    }
  }

  /** Ends a session. Where a request is writing to it, the files go when that request ends. */
  async forget(session: Session): Promise<void> {
    this.#sessions.delete(session.id);
    session.cancelled = true;
    if (session.busy || !session.stored) return;
    // Without sync: a session that is back after a loss of power does no harm.
    await Promise.all([rm(session.path, { force: true }), rm(this.#about(session.id), { force: true })]);
  }

  /** Ends the sessions that nobody has touched for long. */
  async expire(now = Date.now()): Promise<void> {
    for (const session of this.#sessions.values()) if (!session.busy && now - session.touched > ABANDONED) await this.forget(session);
  }

  #about(id: string): string {
    return join(this.#directory, `${id}.json`);
  }
}
