import { errors } from "undici";
import { TooLarge, Undecodable, UnknownCoding } from "./content-coding.js";
import type { Failure } from "./observation.js";

/** Whether a time limit was reached. */
export const isTimeout = (thrown: unknown): boolean =>
  thrown instanceof errors.RequestAbortedError ||
  thrown instanceof errors.HeadersTimeoutError ||
  thrown instanceof errors.BodyTimeoutError ||
  thrown instanceof errors.ConnectTimeoutError;

/** Codes of the system for a connection that was there, and was closed. */
const CLOSED = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** Why there is no answer, by what was thrown while it was waited for. */
export function failureOf(thrown: unknown, timeoutMs = 0): Failure {
  if (!(thrown instanceof Error)) return { kind: "unreachable", message: String(thrown) };
  if (isTimeout(thrown)) return { kind: "timeout", message: `no whole answer within ${timeoutMs} ms` };
  if (thrown instanceof BrokenOff || thrown instanceof Undecodable) return { kind: "protocol", message: thrown.message };
  if (thrown instanceof TooLarge) return { kind: "too-large", message: thrown.message };
  if (thrown instanceof UnknownCoding) return { kind: "coding", message: thrown.message };
  const code = codeOf(thrown);
  const message = [code, thrown.message].filter((part) => part !== "").join(": ");
  if (thrown.name === "HTTPParserError" || thrown instanceof errors.ResponseContentLengthMismatchError)
    return { kind: "protocol", message };
  if (CLOSED.has(code)) return { kind: "closed", message };
  return { kind: code === "ECONNREFUSED" ? "refused" : "unreachable", message };
}

/** The system's or undici's code; where several addresses were tried, that of the first. */
function codeOf(thrown: Error): string {
  const [first] = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [];
  const own = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  return own === "" && first instanceof Error ? codeOf(first) : own;
}

/** An answer that began, and did not come to its end. */
export class BrokenOff extends Error {}
