/** Bytes of the length before each frame. */
const LENGTH = 4;

/** Encodes messages, each a list of fields, as one frame (see agent/frame.h). */
export function frameOf(messages: readonly (readonly string[])[]): Buffer {
  const size = messages.reduce((sum, fields) => fields.reduce((own, field) => own + 4 + Buffer.byteLength(field), sum + 4), 0);
  const frame = Buffer.allocUnsafe(LENGTH + size);
  let at = frame.writeUInt32LE(size, 0);
  for (const fields of messages) {
    at = frame.writeUInt32LE(fields.length, at);
    for (const field of fields) {
      const length = frame.write(field, at + 4);
      frame.writeUInt32LE(length, at);
      at += 4 + length;
    }
  }
  return frame;
}

/** The messages of a frame's payload, each a list of fields. @throws RangeError when it ends within a number */
export function messagesOf(payload: Buffer): Buffer[][] {
  const messages: Buffer[][] = [];
  for (let at = 0; at < payload.length; ) {
    const count = payload.readUInt32LE(at);
    at += 4;
    const fields: Buffer[] = [];
    for (let field = 0; field < count; field++) {
      const length = payload.readUInt32LE(at);
      fields.push(payload.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    messages.push(fields);
  }
  return messages;
}

/** Puts frames together from the chunks in which they come. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #received = 0;
  /** So many bytes have to come before there is something to do: a length, then its frame. */
  #wanted = LENGTH;

  /** Takes a chunk; returns the payloads of the frames that it completes. */
  add(chunk: Buffer): Buffer[] {
    const payloads: Buffer[] = [];
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    while (this.#received >= this.#wanted) {
      const [first = chunk] = this.#chunks;
      const bytes = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
      const end = LENGTH + bytes.readUInt32LE(0);
      if (this.#received < end) {
        this.#chunks = [bytes];
        this.#wanted = end;
        break;
      }
      this.#chunks = end < bytes.length ? [bytes.subarray(end)] : [];
      this.#received -= end;
      this.#wanted = LENGTH;
      payloads.push(bytes.subarray(LENGTH, end));
    }
    return payloads;
  }
}
