import { Writable } from "node:stream";
import { writeWhole } from "../files/write.js";
import type { Reporter } from "./reporter.js";

/** A stream that only collects. */
class Collected extends Writable {
  readonly #parts: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parts.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#parts).toString("utf8");
  }
}

/** A reporter whose report becomes a file when it is complete. */
export function toFile(file: string, make: (out: NodeJS.WritableStream) => Reporter): Reporter {
  const collected = new Collected();
  const reporter = make(collected);
  return {
    begin: (run) => reporter.begin(run),
    progress: (progress) => reporter.progress(progress),
    requirement: (result) => reporter.requirement(result),
    end: async (results) => {
      await reporter.end(results);
      await writeWhole(file, collected.text);
    },
    inconclusive: async (message, about) => {
      await reporter.inconclusive(message, about);
      await writeWhole(file, collected.text);
    },
  };
}
