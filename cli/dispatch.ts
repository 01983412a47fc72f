import { exitCodeOf } from "./exit.js";
import { toolVersion } from "./tool-version.js";

/** A command: its arguments in, its exit code out. Loaded only when it is called. */
interface Command {
  readonly summary: string;
  readonly load: () => Promise<{ run(args: readonly string[]): Promise<number> }>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  runtime: { summary: "test an OCI runtime", load: () => import("./commands/runtime/runtime.js") },
  registry: { summary: "test an OCI registry", load: () => import("./commands/registry/registry.js") },
  client: { summary: "test a client of registries", load: () => import("./commands/client/client.js") },
  proxy: { summary: "listen to clients and their registry, and judge both", load: () => import("./commands/proxy/proxy.js") },
  image: { summary: "validate image layouts, or test an image tool (--tool)", load: () => import("./commands/image/image.js") },
  run: { summary: "test the targets of a config file, oci-conform.yaml", load: () => import("./commands/run.js") },
  report: { summary: "render, compare or merge results", load: () => import("./commands/report/report.js") },
  replay: { summary: "run a stored case again", load: () => import("./commands/replay.js") },
  judge: { summary: "judge a stored observation again, without running anything", load: () => import("./commands/judge.js") },
  requirements: { summary: "list or explain what the specs require", load: () => import("./commands/requirements/requirements.js") },
  "serve-registry": { summary: "run the reference registry", load: () => import("./commands/serve-registry.js") },
  schema: { summary: "print a JSON Schema of the project's formats", load: () => import("./commands/schema.js") },
};

const help = (): string =>
  [
    "Usage: oci-conform <command> [options]",
    "",
    "Spec conformance and fuzz testing for the OCI runtime, image and distribution specs.",
    "",
    "Commands:",
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(16)}${summary}`),
    "",
    "  oci-conform <command> --help   the options of a command",
    "  oci-conform --version          the version",
    "",
    "Exit codes: 0 conforms, 1 a finding, 2 inconclusive, 64 bad use, 70 our own fault, 130 interrupted.",
    "",
  ].join("\n");

async function answer(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-V") {
    process.stdout.write(`oci-conform ${toolVersion()}\n`);
    return 0;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help());
    return 0;
  }
  if (name === undefined) {
    process.stderr.write(help());
    return 64;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(`oci-conform: unknown command '${name}'; there are: ${Object.keys(COMMANDS).join(", ")}\n`);
    return 64;
  }
  const { run } = await command.load();
  return run(rest);
}

/** Carries out a command line, and says on standard error what went wrong. @returns the exit code */
export async function dispatch(args: readonly string[]): Promise<number> {
  try {
    return await answer(args);
  } catch (thrown) {
    return exitCodeOf(thrown);
  }
}
