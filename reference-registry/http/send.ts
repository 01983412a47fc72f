import { type FileHandle, open } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { isAbsent } from "../store/files.js";
import { type FileSlice, type Headers, type Reply, refusal } from "./reply.js";

const SLICE = 256 * 1024;

const bodyless = (status: number): boolean => status === 204 || status === 304 || status < 200;

function head(response: ServerResponse, status: number, headers: Headers, length: number): void {
  const flat: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") flat.push(name, value);
    else for (const each of value ?? []) flat.push(name, each);
  }
  if (headers["Content-Length"] === undefined && !bodyless(status)) flat.push("Content-Length", String(length));
  response.writeHead(status, flat);
}

/** Sends an answer; to HEAD the same without its body (RFC 9110, section 9.3.2). */
export async function send(response: ServerResponse, method: string, reply: Reply): Promise<void> {
  if (reply.takeOver?.(response)) return;
  const { status, headers, body } = reply;
  if (body === undefined || Buffer.isBuffer(body) || method === "HEAD") {
    head(response, status, headers, body?.length ?? 0);
    response.end(Buffer.isBuffer(body) && method !== "HEAD" && !bodyless(status) ? body : undefined);
    return;
  }
  await sendSlice(response, reply, body);
}

async function sendSlice(response: ServerResponse, { status, headers }: Reply, { path, start, length }: FileSlice): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (thrown) {
    // Deleted between being looked up and being opened: to the client, the deletion came first.
    if (!isAbsent(thrown)) throw thrown;
    return send(response, "GET", refusal(404, "BLOB_UNKNOWN", "the blob has just been deleted"));
  }
  try {
    head(response, status, headers, length);
    await pipeline(file.createReadStream({ start, end: start + length - 1, highWaterMark: SLICE, autoClose: false }), response);
  } finally {
    await file.close();
  }
}
