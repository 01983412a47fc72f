import type * as Workflows from "@actions/workflow-parser";
import type * as Actions from "@actions/workflow-parser/actions/action-parser";
import { build } from "esbuild";

type Parsers = typeof Workflows & typeof Actions;

/** GitHub's own parsers; they want a bundler, since they import JSON without saying so. */
async function load(): Promise<Parsers> {
  const contents = ["index", "actions/action-parser"].map((name) => `export * from "@actions/workflow-parser/${name}";`).join("\n");
  const stdin = { contents, resolveDir: process.cwd() };
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", platform: "browser", write: false, logLevel: "error" });
  return await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? "").toString("base64")}`);
}

const { parseAction, parseWorkflow, NoOperationTraceWriter } = await load();

const problems = (parsed: ReturnType<typeof parseAction>): string[] => parsed.context.errors.getErrors().map(({ message }) => message);

/** What is wrong with an action's metadata by GitHub's schema. */
export const problemsOfAction = (content: string): string[] =>
  problems(parseAction({ name: "action.yml", content }, new NoOperationTraceWriter()));

/** What is wrong with a workflow by GitHub's schema. */
export const problemsOfWorkflow = (content: string): string[] =>
  problems(parseWorkflow({ name: "workflow.yml", content }, new NoOperationTraceWriter()));
