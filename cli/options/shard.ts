import { InvalidArgumentError } from "commander";
import type { Shard } from "../../reports/results/results.js";

/** Where CI systems say which of several equal jobs this is: the variable, that of their number, and the first index. */
const VARIABLES = [
  ["JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0],
  ["CI_NODE_INDEX", "CI_NODE_TOTAL", 1],
] as const;

function checked(index: number, count: number, words: string): Shard {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 1 && index <= count && count <= 10_000))
    throw new InvalidArgumentError(`${words} It must be I/N, such as 2/5, with I from 1 to N.`);
  return { index, count };
}

/**
 * The value of `--shard`: `2/5`, or `auto` for what the environment says (`JOB_COMPLETION_INDEX` of Kubernetes together
 * with `JOB_COMPLETIONS`, which the manifest sets; `CI_NODE_INDEX` and `CI_NODE_TOTAL` of GitLab). Never taken from the
 * environment unasked: a job that is one of several for another reason would silently test a part only.
 */
export function shard(text: string): Shard {
  if (text !== "auto") {
    const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
    return checked(Number(index), Number(count), "");
  }
  for (const [name, total, first] of VARIABLES) {
    const index = process.env[name];
    const count = process.env[total];
    if (index === undefined || index === "") continue;
    if (count === undefined || count === "") throw new InvalidArgumentError(`${name} is set, but ${total}, the number of parts, is not.`);
    return checked(Number(index) + 1 - first, Number(count), `${name} is ${index}, and ${total} is ${count}.`);
  }
  throw new InvalidArgumentError(`None of ${VARIABLES.map(([name]) => name).join(", ")} is set.`);
}
