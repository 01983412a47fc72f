import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { Command, Option } from "commander";
import t from "tap";
import { parse } from "yaml";
import { fieldsOf } from "../../../cli/config/fields.js";
import { KINDS } from "../../../cli/config/kinds.js";
import { readConfig } from "../../../cli/config/read.js";
import { configSchema } from "../../../cli/config/schema.js";
import { collect, duration, wholeNumber } from "../../../cli/options/command.js";
import { mistakes } from "./mistakes.js";

const strict = (): Ajv => new Ajv({ strict: true, allErrors: true });
const schema = configSchema();
const validate: ValidateFunction = strict().compile(schema);

t.test("it compiles under ajv's strict rules, and is draft-07", async (t) => {
  t.ok(strict().validateSchema(schema));
  t.match(schema, { $schema: "http://json-schema.org/draft-07/schema#" });
});

for (const { yaml, said, seen } of mistakes) {
  t.test(`${seen ? "refuses" : "cannot see"}${said}`, async (t) => {
    // A key that stands twice is the reader's; its last value counts here.
    t.equal(validate(parse(yaml, { uniqueKeys: false })), !seen);
  });
}

t.test("the example of the documentation is taken by both", async (t) => {
  const [, example = ""] = /```yaml\n(.*?)```/s.exec(readFileSync("docs/config.md", "utf8")) ?? [];
  t.match(example, /^# yaml-language-server: \$schema=/);
  t.ok(validate(parse(example)), JSON.stringify(validate.errors));
  const file = join(t.testdir(), "oci-conform.yaml");
  writeFileSync(file, example);
  t.strictSame(
    readConfig(file).map(({ name, kind }) => [name, kind.label]),
    [
      ["bundled", "runtime"],
      ["crun", "runtime"],
      ["zot", "registry"],
      ["clients", "client"],
      ["release-image", "image"],
      ["tools", "image --tool"],
    ],
  );
});

type Options = Record<string, { properties: Record<string, { default?: unknown; description?: string }> }>;
const definitions: Options = JSON.parse(JSON.stringify(schema.definitions));

t.test("every option of every command is a key, and may vary", async (t) => {
  for (const { key, by, command } of KINDS) {
    const { options, registeredArguments } = command(2);
    const names = [...registeredArguments.map((argument) => argument.name()), ...options.map((option) => option.long?.slice(2))].sort();
    t.ok(names.length > 8, key);
    const kind = by ? `${key}-${by[0]}` : key;
    t.strictSame(Object.keys(definitions[kind]?.properties ?? {}).sort(), names, kind);
    t.strictSame(Object.keys(definitions[`${kind}-matrix`]?.properties ?? {}).sort(), names, `${kind}, varied`);
    for (const name of by ?? []) t.ok(names.includes(name), name);
  }
});

t.test("what an option is by default is a value that it takes, and the same on every machine", async (t) => {
  const ajv = strict();
  for (const [kind, { properties }] of Object.entries(definitions)) {
    for (const [name, option] of Object.entries(properties)) {
      t.match(option.description, /\w/, `${kind}.${name} is explained`);
      if (option.default !== undefined) t.ok(ajv.validate(option, option.default), `${kind}.${name}: ${option.default}`);
    }
  }
  t.equal(definitions.runtime?.properties.timeout?.default, "10s", "as it is written, not as it is kept");
  t.equal(definitions.runtime?.properties.strength?.default, 2);
  t.equal(definitions.registry?.properties.jobs?.default, 4);
  t.equal(definitions.runtime?.properties.jobs?.default, undefined, "the number of CPUs decides");
});

t.test("an option's form is the command's", async (t) => {
  const command = new Command()
    .argument("[paths...]", "which")
    .option("--flag", "a flag")
    .option("--count <n>", "a number", wholeNumber(1, 5), 3)
    .option("--for <duration>", "a duration", duration, 1500)
    .option("--each <x>", "repeatable", collect, [])
    .option("--many <x...>", "repeatable too")
    .option("--perhaps [x]", "with or without", wholeNumber(0))
    .option("--part <k/n>", "parsed by its own rule", (text) => text.split("/"))
    .addOption(new Option("-w, --way <way>", "one of two").choices(["in", "out"]).default("in"));
  const fields = fieldsOf(command);
  const number = {
    anyOf: [
      { type: "integer", minimum: 1, maximum: 5 },
      { type: "string", pattern: "^[0-9]+$" },
    ],
  };
  t.match(Object.fromEntries(fields), {
    paths: { form: "value", repeatable: true, argument: true, takes: { type: "string" } },
    flag: { form: "flag", repeatable: false, argument: false },
    count: { form: "value", takes: number, preset: 3 },
    for: { form: "value", preset: "1500ms" },
    each: { form: "value", repeatable: true, takes: { type: "string" }, preset: undefined },
    many: { form: "value", repeatable: true },
    perhaps: { form: "either", repeatable: false },
    part: { form: "value", takes: { anyOf: [{ type: "string" }, { type: "number" }] } },
    way: { form: "value", takes: { enum: ["in", "out"] }, choices: ["in", "out"], preset: "in" },
  });
  t.strictSame([...fields.keys()], ["paths", "flag", "count", "for", "each", "many", "perhaps", "part", "way"]);
});
