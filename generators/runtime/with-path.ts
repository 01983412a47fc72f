import type { RuntimeCase } from "../../runners/runtime/case.js";
import type { Config } from "../../spec/runtime/config.js";

const PATH = "PATH=/usr/bin:/bin";
/** The requirement whose cases show what a target makes of an environment without PATH. */
const ENV = "runtime.process.env";

function helped(config: Config): Config {
  const { process } = config;
  if (!process || process.env?.some((entry) => entry.startsWith("PATH="))) return config;
  return { ...config, process: { ...process, env: [...(process.env ?? []), PATH] } };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The text of a config with a fault, which may be anywhere in it; what is no config stays as it is. */
function helpedText(text: string): string {
  try {
    const config: unknown = JSON.parse(text);
    if (!isObject(config) || !isObject(config.process)) return text;
    const { env = [] } = config.process;
    if (!Array.isArray(env) || env.some((entry) => typeof entry === "string" && entry.startsWith("PATH="))) return text;
    return `${JSON.stringify({ ...config, process: { ...config.process, env: [...env, PATH] } }, null, 2)}\n`;
  } catch {
    return text;
  }
}

/**
 * The same case for a target that runs no container without PATH in its environment, which config.md#process does not ask for: every
 * process gets one, save where the environment itself is judged.
 */
export function withPath(testCase: RuntimeCase): RuntimeCase {
  if (testCase.aims.includes(ENV)) return testCase;
  const { containers, control } = testCase;
  return {
    ...testCase,
    ...(control === undefined ? {} : { control: helped(control) }),
    containers: containers.map((each) => ({
      ...each,
      config: helped(each.config),
      ...(typeof each.configText === "string" ? { configText: helpedText(each.configText) } : {}),
    })),
  };
}
