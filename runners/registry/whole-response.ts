import { hash } from "node:crypto";
import { type Dispatcher, errors } from "undici";
import { TooLarge } from "./content-coding.js";
import { BrokenOff, isTimeout } from "./failure.js";
import { header, type SeenBody } from "./observation.js";

/** A response as its bytes came. */
export interface RawResponse {
  readonly status: number;
  /** Names in lower case, in the order of arrival, repeated ones as often as they came. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export interface Limits {
  /** From the request to the response's last byte. */
  readonly timeoutMs: number;
  /** At most so many bytes of a body are taken. */
  readonly maxBody: number;
}

/** Gathers a response while undici reads it: without a stream for each, which costs more than all else that is done with a small one. */
class Gathering implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: readonly (readonly [string, string])[] = [];
  readonly #chunks: Buffer[] = [];
  #size = 0;
  readonly #timer: NodeJS.Timeout;

  readonly #maxBody: number;
  readonly #resolve: (response: RawResponse) => void;
  readonly #reject: (reason: Error) => void;

  constructor({ timeoutMs, maxBody }: Limits, resolve: (response: RawResponse) => void, reject: (reason: Error) => void) {
    this.#maxBody = maxBody;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#giveUp(new errors.RequestAbortedError()), timeoutMs);
  }

  #giveUp(reason: Error): void {
    clearTimeout(this.#timer);
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // Interim responses (RFC 9110, section 15.2) come before the one that counts.
    if (status < 200) return;
    this.#status = status;
    const raw = Array.isArray(controller.rawHeaders) ? (controller.rawHeaders as readonly (string | Buffer)[]) : [];
    const headers: [string, string][] = [];
    for (let at = 0; at + 1 < raw.length; at += 2) headers.push([latin1(raw[at]).toLowerCase(), latin1(raw[at + 1])]);
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.#maxBody) this.#giveUp(new TooLarge(`the answer's body is longer than ${this.#maxBody} bytes`));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const [first = Buffer.alloc(0)] = this.#chunks;
    const body = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : first;
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.#timer);
    this.#reject(this.#status === 0 || isTimeout(error) ? error : this.#brokenOff(error));
  }

  #brokenOff({ message }: Error): BrokenOff {
    const length = header({ headers: this.#headers }, "content-length");
    const whole = length === undefined ? "" : ` of ${length}`;
    return new BrokenOff(`the answer, of status ${this.#status}, breaks off after ${this.#size}${whole} bytes: ${message}`);
  }
}

const latin1 = (raw: string | Buffer | undefined): string => (typeof raw === "string" ? raw : (raw ?? Buffer.alloc(0)).toString("latin1"));

/**
 * Sends a request and takes its whole response.
 * @throws BrokenOff, TooLarge, or an error of undici's: when a time limit is reached, or there is no response
 */
export const wholeResponse = (dispatcher: Dispatcher, request: Dispatcher.DispatchOptions, limits: Limits): Promise<RawResponse> =>
  new Promise((resolve, reject) => {
    dispatcher.dispatch(request, new Gathering(limits, resolve, reject));
  });

/** Bodies up to this size are kept as text. */
const TEXT_LIMIT = 256 * 1024;

/** What is told of a body: its size, its digests, and its text where it is not too long. */
export function describeBody(bytes: Buffer): SeenBody {
  const digests = { sha256: `sha256:${hash("sha256", bytes)}`, sha512: `sha512:${hash("sha512", bytes)}` };
  return { size: bytes.length, ...digests, ...(bytes.length <= TEXT_LIMIT ? { text: bytes.toString() } : {}) };
}
