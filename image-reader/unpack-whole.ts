import { randomUUID } from "node:crypto";
import { ftruncateSync, writeSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Inconclusive } from "../spec/errors.js";
import { codeOf } from "./errno.js";
import { Beyond, type Limits } from "./limits.js";
import { CHUNK } from "./source.js";
import { BadCompression, unpacker } from "./unpack.js";

const ZEROS = Buffer.alloc(CHUNK);
const isZeros = (data: Buffer): boolean => data.length <= ZEROS.length && data.equals(ZEROS.subarray(0, data.length));

/**
 * Unpacks a compressed archive into a nameless temporary file, so that any part of it can be read at any time. Parts that are
 * all zeros take no room on the disk.
 * @throws Inconclusive for a broken stream or a full disk; Beyond for more than may be unpacked
 */
export async function unpackWhole(
  path: string,
  packed: AsyncIterable<Buffer>,
  compression: "gzip" | "zstd",
  limits: Limits,
): Promise<FileHandle> {
  const name = join(tmpdir(), `oci-conform-${randomUUID()}`);
  const file = await open(name, "wx+", 0o600).catch((thrown: unknown) => {
    throw new Inconclusive(`${path}: there is no place to unpack it: ${codeOf(thrown)} in ${tmpdir()} (TMPDIR)`);
  });
  await rm(name);
  let size = 0;
  try {
    const into = await unpacker(compression, (data) => {
      if (size + data.length > limits.layerSize)
        throw new Beyond(`${path}: more than ${limits.layerSize} bytes when unpacked (--max-layer-size)`);
      // At once: what is written later has to be kept until then.
      for (let at = 0; at < data.length && !isZeros(data); ) at += writeSync(file.fd, data, at, data.length - at, size + at);
      size += data.length;
    });
    for await (const chunk of packed) await into.write(chunk);
    await into.end();
    ftruncateSync(file.fd, size);
    return file;
  } catch (thrown) {
    await file.close();
    if (thrown instanceof BadCompression) throw new Inconclusive(`${path}: a broken ${compression} stream: ${thrown.message}`);
    if (codeOf(thrown) === "ENOSPC") throw new Inconclusive(`${path}: no room to unpack it in ${tmpdir()} (TMPDIR), after ${size} bytes`);
    throw thrown;
  }
}
