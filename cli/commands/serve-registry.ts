import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Option } from "commander";
import type { AuthOptions } from "../../reference-registry/auth/credentials.js";
import { CHOICES } from "../../reference-registry/choices.js";
import { FAULTS, faultNamed } from "../../reference-registry/faults/index.js";
import { type Served, serve } from "../../reference-registry/serve.js";
import { collectGarbage } from "../../reference-registry/store/collect.js";
import { openStore } from "../../reference-registry/store/load.js";
import type { TagOrder } from "../../reference-registry/store/repository.js";
import { count } from "../../reports/text.js";
import { UsageError } from "../../spec/errors.js";
import { collect, makeCommand, parse, repeated, wholeNumber } from "../options/command.js";

interface Options {
  readonly dir?: string;
  readonly port: number;
  readonly alsoPort: readonly number[];
  readonly collect?: boolean;
  readonly host: string;
  readonly auth?: AuthOptions["kind"];
  readonly user?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tagOrder: TagOrder;
  readonly fsync: boolean;
  readonly choose: readonly string[];
  readonly listChoices?: boolean;
  readonly fault?: string;
  readonly listFaults?: boolean;
}

const PASSWORD = "OCI_CONFORM_REGISTRY_PASSWORD";

const command = () =>
  makeCommand("serve-registry", "Runs the reference registry until SIGTERM or SIGINT.")
    .option("--dir <directory>", "where everything is kept; made where it does not exist")
    .option("--port <number>", "where to listen; 0 takes any port that is free", wholeNumber(0, 65535), 5000)
    .option(
      "--also-port <number>",
      "listen on this port too: another address of the same registry; repeatable",
      repeated(wholeNumber(0, 65535)),
      [],
    )
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .addOption(new Option("--auth <kind>", `ask for --user, and the password in ${PASSWORD}`).choices(["basic", "bearer"]))
    .option("--user <name>", "the user of --auth")
    .option("--tls-cert <file>", "serve HTTPS with this certificate (PEM)")
    .option("--tls-key <file>", "the key of --tls-cert (PEM)")
    .addOption(
      new Option("--tag-order <order>", "list tags by their bytes, or without regard to case as releases up to 1.1.1 want it")
        .choices(["bytes", "caseless"])
        .default("bytes"),
    )
    .option("--no-fsync", "do not wait for the disk: what was acknowledged outlives the process, not a loss of power")
    .option("--collect", "serve nothing: remove what no tag leads to from the directory of a registry that does not run, and exit")
    .option("--choose <name>", "do otherwise what the spec leaves to a registry; repeatable", collect, [])
    .option("--list-choices", "list what can be done otherwise, each with the SHOULD that it departs from, and exit")
    .option("--fault <name>", "break one requirement on purpose")
    .option("--list-faults", "list the faults, each with the requirement that it breaks, and exit");

/** `oci-conform serve-registry`: the reference registry as a process of its own. */
export async function run(args: readonly string[]): Promise<number> {
  const parsed = command();
  if (!parse(parsed, args)) return 0;
  const options = parsed.opts<Options>();
  if (options.listFaults) {
    for (const { name, requirement } of FAULTS) process.stdout.write(`${name.padEnd(44)}${requirement}\n`);
    return 0;
  }
  if (options.listChoices) {
    for (const { name, against = [] } of CHOICES) process.stdout.write(`${name.padEnd(44)}${against.join(", ")}`.trimEnd().concat("\n"));
    return 0;
  }
  const { fault, choose } = options;
  if (fault !== undefined && !FAULTS.some(({ name }) => name === fault))
    throw new UsageError(`--fault ${fault}: there is none of that name; see --list-faults`);
  const unknown = choose.find((each) => !CHOICES.some(({ name }) => name === each));
  if (unknown !== undefined) throw new UsageError(`--choose ${unknown}: there is none of that name; see --list-choices`);
  if (options.dir === undefined) throw new UsageError("--dir is needed: the directory where the registry keeps everything");
  if (options.collect) return collectIn(options.dir, options);
  const auth = authOf(options);
  const tls = await tlsOf(options);
  const { host, port, tagOrder } = options;
  const served = await listening({
    dir: options.dir,
    host,
    port,
    morePorts: options.alsoPort,
    tagOrder,
    ...(auth ? { auth } : {}),
    ...(tls ? { tls } : {}),
    durable: options.fsync,
    choices: choose,
    ...(fault === undefined ? {} : { fault }),
    onError: (thrown) => process.stderr.write(`oci-conform: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown}\n`),
  });
  process.stdout.write(`listening on ${[served.url, ...served.others].join(" and ")}\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve).once("SIGINT", resolve);
  });
  await served.close();
  return 0;
}

/** Removes garbage, and says how much. */
async function collectIn(dir: string, { fsync, fault }: Pick<Options, "fsync" | "fault">): Promise<number> {
  if (!existsSync(dir)) throw new UsageError(`--dir ${dir}: there is no such directory`);
  const store = await openStore(dir, fsync);
  const { manifests, blobs } = await collectGarbage(store, fault === undefined ? [] : faultNamed(fault).neglects);
  process.stdout.write(`removed ${count(manifests, "manifest")} and ${count(blobs, "blob")}\n`);
  return 0;
}

function authOf({ auth, user }: Options): AuthOptions | undefined {
  if (auth === undefined) {
    if (user !== undefined) throw new UsageError("--user is of use only with --auth");
    return undefined;
  }
  if (user === undefined || user.includes(":")) throw new UsageError("--auth needs --user, a name without a colon");
  const password = process.env[PASSWORD];
  if (password === undefined || password === "") throw new UsageError(`--auth needs a password in the environment variable ${PASSWORD}`);
  return { kind: auth, user, password };
}

async function tlsOf({ tlsCert, tlsKey }: Options): Promise<{ cert: string; key: string } | undefined> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError("--tls-cert and --tls-key are of use only together");
  const read = (option: string, path: string): Promise<string> =>
    readFile(path, "utf8").catch((thrown: unknown) => {
      throw new UsageError(`${option} ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    });
  const tls = { cert: await read("--tls-cert", tlsCert), key: await read("--tls-key", tlsKey) };
  try {
    if (new X509Certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key))) return tls;
  } catch (thrown) {
    throw new UsageError(`--tls-cert and --tls-key cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  throw new UsageError("--tls-key is not the key of --tls-cert");
}

/** What keeps the registry from starting is something that whoever called it can put right. */
async function listening(options: Parameters<typeof serve>[0]): Promise<Served> {
  try {
    return await serve(options);
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
    throw new UsageError(`the registry cannot start: ${thrown.message}`);
  }
}
