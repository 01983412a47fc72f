import { createHash } from "node:crypto";
import type { WireBody } from "./exchange.js";

/** The most bytes of which the text is kept. */
export const TEXT_LIMIT = 64 * 1024;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is known of a body while it goes over the wire. */
export class BodyRecord {
  readonly #sha256 = createHash("sha256");
  readonly #sha512 = createHash("sha512");
  readonly #kept: Buffer[] = [];
  #size = 0;
  #ended = false;

  get size(): number {
    return this.#size;
  }

  /** What comes when it has ended is no part of it. */
  take(bytes: Buffer): void {
    if (this.#ended) return;
    this.#size += bytes.length;
    this.#sha256.update(bytes);
    this.#sha512.update(bytes);
    if (this.#size <= TEXT_LIMIT) this.#kept.push(bytes);
    else this.#kept.length = 0;
  }

  /** All that went. Called once. */
  end(broken: boolean): WireBody {
    this.#ended = true;
    const text = this.#size <= TEXT_LIMIT ? textOf(Buffer.concat(this.#kept)) : undefined;
    return {
      size: this.#size,
      sha256: `sha256:${this.#sha256.digest("hex")}`,
      sha512: `sha512:${this.#sha512.digest("hex")}`,
      ...(text === undefined ? {} : { text }),
      ...(broken ? { broken } : {}),
    };
  }
}
