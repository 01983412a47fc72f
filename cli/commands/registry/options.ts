import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { APIS, type Api, type Credentials } from "../../../runners/registry/target.js";
import { isName } from "../../../spec/distribution/grammar.js";
import { RELEASES } from "../../../spec/distribution/releases.js";
import { UsageError } from "../../../spec/errors.js";
import { collect, duration, makeCommand, parse, repeated, wholeNumber } from "../../options/command.js";
import { type CommonOptions, withCommonOptions, withTimeout } from "../../options/common.js";
import { givenOptions, type OptionValues } from "../../options/option-values.js";

/** The options that reach a registry, parsed. */
export interface RegistryReach {
  /** The registry's addresses: `http://host:port` or `https://…`, with the path below which `/v2/` is, if any. */
  readonly url: readonly string[];
  /** The command that collects the registry's garbage. */
  readonly gc?: string;
  /** The command that starts the registry. */
  readonly server?: string;
  readonly spec?: string;
  readonly namespace: string;
  /** How long a list that lags behind is asked for again, in milliseconds. */
  readonly settle: number;
  /** Repositories that are there, to test in. */
  readonly repository: readonly string[];
  readonly apis: readonly Api[];
  readonly cleanup: boolean;
  readonly rate?: number;
  readonly ca?: string;
  readonly insecure: boolean;
  readonly user?: string;
  readonly passwordEnv: string;
  readonly authfile?: string | true;
  /** More arguments for the bundled registry. */
  readonly bundledArg: readonly string[];
  /** Milliseconds that one answer may take. */
  readonly timeout: number;
  /** Where the log of a server that is started goes. */
  readonly out: string;
  /** The same as they were given. */
  readonly given: OptionValues;
}

/** The options of `oci-conform registry`, parsed. */
export interface RegistryOptions extends RegistryReach, CommonOptions {
  readonly pullOnly?: string;
}

/** A registry's URL: what stands before its `/v2/`, without a slash at its end. */
export function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "")
    throw new InvalidArgumentError("It must be http://HOST[:PORT][/PATH] or https://…, without credentials and without a query.");
  return `${url.origin}${url.pathname.replace(/\/+$/, "").replace(/\/v2$/, "")}`;
}

function namespace(text: string): string {
  if (text !== "" && !isName(text)) throw new InvalidArgumentError("It must be a repository name, such as team/conformance.");
  return text;
}

function apiList(text: string): readonly Api[] {
  const asked = text.split(",").map((api) => api.trim());
  const unknown = asked.find((api) => !APIS.some((each) => each === api));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no API '${unknown}'; there are ${APIS.join(", ")}.`);
  return APIS.filter((api) => asked.includes(api));
}

/** What limits a registry's time, in words. */
const TIMEOUT = { timeoutOf: "one answer" };

/** Adds the options that reach a registry, but for its time limit. */
const withRegistry = (command: Command): Command =>
  command
    .addOption(
      new Option("--spec <release>", "the release to judge by (default: 1.1.1; head for the bundled registry)").choices([...RELEASES]),
    )
    .option("--apis <list>", `the APIs to test: ${APIS.join(",")}`, apiList, APIS)
    .option("--cleanup", "delete what was pushed, as far as the registry lets us", false)
    .option("--rate <n>", "at most so many requests a second", wholeNumber(1, 1_000_000))
    .option(
      "--url <url>",
      "the registry, with the path above its /v2/ if there is one; given again, another address of the same registry (default: the bundled reference registry, or http://127.0.0.1:5000 with --server)",
      repeated(baseUrl),
      [],
    )
    .option("--server <command>", "start the registry by this command, watch it, restart it, and end it; its log goes to OUT/server.log")
    .option(
      "--gc <command>",
      "collect the registry's garbage by this command: between two starts of it with --server, else while it serves",
    )
    .option("--namespace <name>", "everything is pushed to repositories below this name", namespace, "oci-conform")
    .option(
      "--repository <name>",
      "test in a repository that is there, with tags of our own, and delete what was pushed (repeatable: one or two)",
      collect,
      [],
    )
    .option("--settle <duration>", "ask again for so long for lists of tags and referrers that lag behind", duration, 5000)
    .option("--ca <file>", "trust this certificate authority (PEM)")
    .option("--insecure", "do not verify the registry's certificate", false)
    .option("--user <name>", "the user; the password comes from an environment variable")
    .option("--password-env <name>", "that variable", "OCI_CONFORM_REGISTRY_PASSWORD")
    .option("--authfile [file]", "take credentials from a docker or podman auth file (default: the user's own)")
    .addOption(
      new Option("--bundled-arg <arg>", "one more argument of the bundled registry, such as --fault=NAME")
        .argParser(collect)
        .default([])
        .hideHelp(),
    );

/** Adds every option that reaches a registry: what a replay of its cases takes, too. */
export const withRegistryOptions = (command: Command): Command => withTimeout(withRegistry(command), TIMEOUT);

/** The command line of `oci-conform registry`. */
export function registryCommand(): Command {
  const command = makeCommand("registry", "Tests a registry against the distribution spec.")
    .usage("[--url URL] [--server COMMAND] [options]")
    .option("--pull-only <name:tag>", "write nothing: test with an image that is there");
  return withCommonOptions(withRegistry(command), { jobs: 4, ...TIMEOUT });
}

/** @throws UsageError for options that do not go together. */
export function checkReach({ user, authfile, repository, url, gc }: Omit<RegistryReach, "given" | "out">): void {
  if (user !== undefined && authfile !== undefined) throw new UsageError("--user and --authfile exclude one another");
  const malformed = repository.find((name) => !isName(name));
  if (malformed !== undefined) throw new UsageError(`--repository ${malformed}: not a repository name, such as team/image`);
  if (repository.length > 2 || new Set(repository).size < repository.length)
    throw new UsageError("--repository: one repository, or two that differ");
  const twice = url.find((each, at) => url.indexOf(each) < at);
  if (twice !== undefined) throw new UsageError(`--url ${twice}: given twice`);
  if (gc !== undefined && gc.trim() === "") throw new UsageError("--gc: no command");
  if (gc !== undefined && repository.length > 0)
    throw new UsageError("--gc and --repository exclude one another: what is garbage in somebody's repositories is not for a test to say");
}

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function registryOptions(args: readonly string[]): RegistryOptions | undefined {
  const command = registryCommand();
  if (!parse(command, args)) return undefined;
  const options = command.opts<Omit<RegistryOptions, "given">>();
  checkReach(options);
  const { pullOnly, repository, url, gc } = options;
  if (pullOnly !== undefined && !/^[^:]+:[^:]+$/.test(pullOnly)) throw new UsageError(`--pull-only ${pullOnly}: not NAME:TAG`);
  if (pullOnly !== undefined && repository.length > 0) throw new UsageError("--pull-only and --repository exclude one another");
  if (pullOnly !== undefined && gc !== undefined) throw new UsageError("--pull-only and --gc exclude one another");
  if (pullOnly !== undefined && url.length === 0) throw new UsageError("--pull-only needs --url");
  return { ...options, given: givenOptions(command, withRegistryOptions) };
}

/** The places where docker and podman keep credentials. */
const authFiles = (): string[] => [
  ...(process.env.REGISTRY_AUTH_FILE ? [process.env.REGISTRY_AUTH_FILE] : []),
  ...(process.env.XDG_RUNTIME_DIR ? [join(process.env.XDG_RUNTIME_DIR, "containers", "auth.json")] : []),
  join(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "config.json"),
];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** What an auth file may name credentials by, for a host or a namespace of it: the narrowest first. */
function* keysFor(host: string, namespace: string): Generator<string> {
  const parts = namespace.split("/").filter((part) => part !== "");
  for (let count = parts.length; count > 0; count--) yield `${host}/${parts.slice(0, count).join("/")}`;
  yield* [host, `https://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
}

/** The credentials for a host in an auth file; undefined when it has none. @throws UsageError for what cannot be read */
function fromFile(file: string, host: string, namespace: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new UsageError(`--authfile ${file}: ${thrown instanceof SyntaxError ? "not JSON" : "cannot be read"}`);
  }
  const auths = isObject(value) && isObject(value.auths) ? value.auths : {};
  const entry = [...keysFor(host, namespace)].map((key) => auths[key]).find((each) => each !== undefined);
  const auth = isObject(entry) && typeof entry.auth === "string" ? Buffer.from(entry.auth, "base64").toString() : undefined;
  const colon = auth?.indexOf(":") ?? -1;
  return auth !== undefined && colon > 0 ? { user: auth.slice(0, colon), password: auth.slice(colon + 1) } : undefined;
}

/** The credentials that the options name. @throws UsageError when they name some that are not there */
export function credentialsOf(
  options: Pick<RegistryReach, "user" | "passwordEnv" | "authfile" | "namespace">,
  url: string,
): Credentials | undefined {
  if (options.user !== undefined) {
    const password = process.env[options.passwordEnv];
    if (password === undefined) throw new UsageError(`--user ${options.user}: the environment variable ${options.passwordEnv} is not set`);
    return { user: options.user, password };
  }
  if (options.authfile === undefined) return undefined;
  const { host } = new URL(url);
  if (typeof options.authfile === "string") {
    const found = fromFile(options.authfile, host, options.namespace);
    if (!found) throw new UsageError(`--authfile ${options.authfile}: it has no credentials for ${host}`);
    return found;
  }
  for (const file of authFiles()) {
    try {
      const found = fromFile(file, host, options.namespace);
      if (found) return found;
    } catch {
      // The user's own files need not be there.
    }
  }
  throw new UsageError(`--authfile: none of ${authFiles().join(", ")} has credentials for ${host}`);
}
