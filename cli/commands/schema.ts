import { UsageError } from "../../spec/errors.js";
import { schemas, schemaText } from "../../spec/schemas.js";
import { makeCommand, parse } from "../options/command.js";

/** Schemas that stand in files, by what this command calls them. */
const FILES = new Map(schemas().map(({ name, printedAs = name }) => [printedAs, name]));

/** The schemas that are made from the code itself. */
const MADE: Readonly<Record<string, () => Promise<object>>> = {
  config: async () => (await import("../config/schema.js")).configSchema(),
};

const NAMES = [...Object.keys(MADE), ...FILES.keys()].sort();

/** `oci-conform schema NAME`: prints a JSON Schema. */
export async function run(args: readonly string[]): Promise<number> {
  const command = makeCommand("schema", "Prints the JSON Schema of a format of the project.")
    .usage("NAME")
    .argument("<name>", `one of: ${NAMES.join(", ")}`);
  if (!parse(command, args)) return 0;
  const [name = ""] = command.args;
  const make = Object.hasOwn(MADE, name) ? MADE[name] : undefined;
  if (make) {
    process.stdout.write(`${JSON.stringify(await make(), null, 2)}\n`);
    return 0;
  }
  const file = FILES.get(name);
  if (file === undefined) throw new UsageError(`schema ${name}: there is none; there are: ${NAMES.join(", ")}`);
  process.stdout.write(schemaText(file));
  return 0;
}
