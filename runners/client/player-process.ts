/**
 * Runs in the sandbox, in a network of its own: hosts, and a tool that meets them. Reads JSON, a line each: which tool (`Equipped`), then
 * questions; prints a line of JSON for each question. Ends when its input does.
 */
import { createInterface } from "node:readline";
import { Stage } from "../../reference-registry/stage/stage.js";
import { Performance } from "./performance.js";
import type { Answer, Question } from "./sandboxed.js";
import { FIXED, Stages } from "./stages.js";
import { type Equipped, ToolRuns } from "./tool-run.js";

const stages = new Stages((hosts) => Stage.open(hosts), FIXED);

/** Answers questions about a tool. */
function answering(equipped: Equipped): (question: Question) => Promise<Answer> {
  const { ca } = stages.certified;
  const performance = new Performance(stages, (scene, hosts) => new ToolRuns(equipped, hosts, ca).run(scene));
  return async (question) =>
    "play" in question ? { performed: await performance.play(question.play) } : { version: await new ToolRuns(equipped, []).version() };
}

let answer: ReturnType<typeof answering> | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (!answer) {
    answer = answering(JSON.parse(line) as Equipped);
    continue;
  }
  let said: Answer;
  try {
    said = await answer(JSON.parse(line) as Question);
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    said = { failed: { name, message } };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
await stages.close();
