import type { Descriptor } from "../content/descriptor.js";
import { toldDigest, Verifier } from "../content/digest.js";
import { Failure, messageOf } from "../failure.js";
import type { Hooks } from "../faults/hooks.js";
import { discard } from "../http/body.js";
import type { Answer, Call } from "../http/message.js";
import { refusal } from "../http/refusal.js";
import { Unanswered } from "../http/wire.js";
import { pulledBlobAt, type Repository } from "../repository.js";

/** Where a blob goes while it comes. */
export interface Sink {
  write(bytes: Buffer): Promise<void>;
  /** Forgets all that was written. */
  restart(): Promise<void>;
}

/**
 * Pulls a blob (spec.md#pulling-blobs). Its size and its digests are compared with what came, of which no more than that size is taken; when the
 * connection breaks off, the rest is asked for by Range.
 * @returns the digest of what the sink got.
 * @throws Failure where that is not the blob.
 */
export async function pullBlob({ client, ...repository }: Repository, blob: Descriptor, sink: Sink): Promise<string> {
  const what = `blob ${blob.digest}`;
  let attempt = new Attempt(what, blob, client.hooks);
  let broken: unknown;
  for (let count = 0; count < client.limits.tries; count++) {
    const call = callFor({ client, ...repository }, blob, attempt.received);
    const answer = await client.send(call).catch(unanswered);
    if (answer instanceof Unanswered) {
      broken = answer;
      continue;
    }
    if (!goesOn(answer, attempt.received)) {
      // A registry may not know ranges: it begins at the beginning then.
      const isRange = attempt.received > 0;
      if (isRange) await sink.restart();
      attempt = new Attempt(what, blob, client.hooks);
      if (isRange && answer.status === 416) {
        await discard(answer);
        continue;
      }
      if (answer.status !== 200) throw await refusal("pulling a blob", call, answer);
    }
    attempt.expect(answer);
    broken = await attempt.take(answer, sink);
    if (broken === undefined) return attempt.end();
  }
  throw new Failure(`${what}: ${attempt.received} of ${blob.size} bytes came: ${messageOf(broken)}`);
}

function unanswered(thrown: unknown): Unanswered {
  if (thrown instanceof Unanswered) return thrown;
  throw thrown;
}

const callFor = (repository: Repository, blob: Descriptor, received: number): Call => ({
  method: "GET",
  place: pulledBlobAt(repository, blob),
  headers: received === 0 ? {} : { range: `bytes=${received}-` },
});

/** Whether an answer begins just behind what is there. */
const goesOn = ({ status, headers }: Answer, received: number): boolean =>
  status === 206 && received > 0 && (headers["content-range"] ?? "").startsWith(`bytes ${received}-`);

/** What came of a blob, on one connection after another. */
class Attempt {
  received = 0;
  readonly #what: string;
  readonly #blob: Descriptor;
  readonly #hooks: Hooks;
  #verifier: Verifier;
  #digest: string;

  constructor(what: string, blob: Descriptor, hooks: Hooks) {
    this.#what = what;
    this.#blob = blob;
    this.#hooks = hooks;
    this.#verifier = new Verifier(what, [blob.digest]);
    this.#digest = blob.digest;
  }

  /** Looks at what the answer says of itself. */
  expect({ headers }: Answer): void {
    const told = toldDigest(this.#what, headers["docker-content-digest"]);
    if (this.received === 0) this.#verifier = new Verifier(this.#what, [this.#blob.digest, ...told]);
    if (this.#hooks.has("blob-header-believed")) this.#digest = told[0] ?? this.#digest;
    const length = headers["content-length"];
    const left = this.#blob.size - this.received;
    if (length !== undefined && Number(length) !== left) throw new Failure(`${this.#what}: ${length} bytes are announced, not ${left}`);
  }

  /** Takes what comes, and says why that is not all. */
  async take({ body }: Answer, sink: Sink): Promise<unknown> {
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await chunks.next().catch((thrown: unknown) => ({ done: true, thrown }) as const);
        if ("thrown" in next) return notBroken(next.thrown);
        if (next.done) break;
        this.received += next.value.length;
        if (this.received > this.#blob.size) throw new Failure(`${this.#what}: more than its ${this.#blob.size} bytes come`);
        this.#verifier.update(next.value);
        await sink.write(next.value);
      }
    } finally {
      await chunks.return?.();
    }
    return this.received < this.#blob.size ? new Error("the answer ends there") : undefined;
  }

  /** @returns the digest that it has. */
  end(): string {
    if (!this.#hooks.has("blob-digest-not-verified") && !this.#hooks.has("blob-header-believed")) this.#verifier.end();
    return this.#digest;
  }
}

/** What is no broken connection ends the pull. */
function notBroken(thrown: unknown): unknown {
  if (thrown instanceof Failure) throw thrown;
  return thrown;
}
