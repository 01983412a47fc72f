import type { Answer, Wrap } from "../http/message.js";
import { bodyOf, bytesIn, Crash, type Fault, hearing, hooked, needing, wrapped } from "./fault.js";

/** Breaks where what should be JSON is none, and where an upload has no place. */
const crashing: Wrap = hearing(
  () => true,
  async (answer, { method }) => {
    if (answer.status === 202 && method === "POST" && answer.headers.location === undefined) throw new Crash("location of undefined");
    if (answer.status !== 200 || !/[/+]json\b/.test(answer.headers["content-type"] ?? "")) return answer;
    // Bodies without end are another fault's.
    if (method !== "GET" || answer.headers["content-length"] === undefined) return answer;
    const bytes = await bytesIn(answer.body);
    try {
      JSON.parse(bytes.toString());
    } catch (thrown) {
      throw new Crash((thrown as Error).message);
    }
    return { ...answer, body: bodyOf(bytes) };
  },
);

/** So much is kept of an answer that goes on and on: the machine is others', too. */
const KEPT = 32 * 1024 * 1024;

/** Reads everything that comes. */
const insatiable: Wrap = hearing(
  () => true,
  async (answer): Promise<Answer> => {
    if (answer.headers["content-length"] !== undefined) return answer;
    const kept: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size <= KEPT) kept.push(chunk);
    }
    return { ...answer, body: bodyOf(Buffer.concat(kept)) };
  },
);

export const ROBUSTNESS_FAULTS: readonly Fault[] = [
  hooked("nothing-verified", "robustness.client.content-mismatched", "blob-digest-not-verified", "manifest-digest-not-verified"),
  needing(
    "credentials",
    hooked("password-to-others", "robustness.client.credentials-to-others", "credentials-for-others", "credentials-along"),
  ),
  needing("tls", hooked("credentials-in-plain", "robustness.client.credentials-in-plain", "plain")),
  wrapped("crash", "robustness.client.crash", crashing),
  hooked("round-in-circles", "robustness.client.hang", "circles"),
  wrapped("insatiable", "robustness.client.unbounded", insatiable),
  hooked("image-named-first", "robustness.client.failed-pull-leaves-image", "image-named-first"),
  hooked("push-failure-forgiven", "robustness.client.failed-push-exit", "failure-forgiven"),
];
