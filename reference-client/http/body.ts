import { Failure } from "../failure.js";
import type { Answer } from "./message.js";
import { textOf } from "./place.js";

/**
 * A whole body.
 * @throws Failure where there is more of it than `most` bytes; no more than that is read.
 */
export async function readAll({ body, place, headers }: Answer, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const tooLong = () => new Failure(`${textOf(place)} answers with more than ${most} bytes`);
  if (Number(headers["content-length"]) > most) {
    await discard({ body });
    throw tooLong();
  }
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads what is left of a short body, so that the connection can be used again; a long one ends the connection. */
export async function discard({ body }: Pick<Answer, "body">): Promise<void> {
  let left = 65_536;
  try {
    for await (const chunk of body) {
      left -= chunk.length;
      if (left < 0) break;
    }
  } catch {
    // It was not wanted anyway.
  }
}
