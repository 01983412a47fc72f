import { Failure, oneLine } from "../failure.js";
import { discard, readAll } from "./body.js";
import type { Answer, Call } from "./message.js";
import { textOf } from "./place.js";

/**
 * What to say of an answer that is none of those which were hoped for. The body may be anything; codes and messages are shown where it is JSON
 * as the spec describes it (spec.md#error-codes), but nothing is decided by them: some registries have others, or none.
 */
export async function refusal(what: string, call: Pick<Call, "method" | "place">, answer: Answer): Promise<Failure> {
  const asked = textOf(call.place);
  const answered = textOf(answer.place);
  const where = answered === asked ? asked : `${asked} (${answered})`;
  const said = await saidIn(answer);
  return new Failure(`${what}: ${call.method} ${where}: ${answer.status}${said === "" ? "" : ` ${said}`}`);
}

async function saidIn(answer: Answer): Promise<string> {
  try {
    const text = (await readAll(answer, 65_536)).toString();
    return oneLine(errorsIn(text) ?? text);
  } catch {
    await discard(answer);
    return "";
  }
}

function errorsIn(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors?: unknown };
    if (!Array.isArray(errors)) return undefined;
    const lines = (errors as readonly { code?: unknown; message?: unknown }[]).map((each) =>
      [each?.code, each?.message].filter((word) => typeof word === "string" && word !== "").join(": "),
    );
    return lines.slice(0, 3).join("; ");
  } catch {
    return undefined;
  }
}
