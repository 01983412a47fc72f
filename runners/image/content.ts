import { createHash } from "node:crypto";
import { toBytes } from "../../image-reader/bytes.js";
import type { Content } from "./case.js";

/** The bytes of a file, holes as zeros. */
export function contentBytes(content: Content | undefined): Buffer {
  if (content === undefined) return Buffer.alloc(0);
  if (typeof content === "string") return toBytes(content);
  const bytes = Buffer.alloc(content.size);
  for (const [offset, text] of content.data) toBytes(text).copy(bytes, offset);
  return bytes;
}

/** `sha256:…` of some bytes. */
export const digestOf = (bytes: Uint8Array, algorithm: "sha256" | "sha512" = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
