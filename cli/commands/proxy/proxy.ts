import { readFile } from "node:fs/promises";
import { type as kernelType, release } from "node:os";
import { checkDirectory } from "../../../files/directory.js";
import { Outputs } from "../../../reports/outputs.js";
import { type Catalogue, loadCatalogue, type Requirement } from "../../../spec/catalogue.js";
import { Inconclusive, UsageError } from "../../../spec/errors.js";
import { OVERHEARD } from "../../../suites/registry/overheard.js";
import { list, select } from "../../options/selection.js";
import { runSession, type SessionTarget } from "../../session/session.js";
import { testable as ofClients } from "../client/client.js";
import { testable as ofRegistries } from "../registry/registry.js";
import { type Listening, listen, type Recording } from "./listening.js";
import { type ProxyOptions, proxyOptions } from "./options.js";
import { type Heard, heardOf } from "./recording.js";
import { type Side, sideResults } from "./results.js";
import { clientSide, registrySide } from "./sides.js";

const SIDES = ["client", "registry"] as const;

/** The requirements of each side by which traffic can be judged. */
function judgeable(catalogue: Catalogue): Readonly<Record<(typeof SIDES)[number], readonly Requirement[]>> {
  return { client: ofClients(catalogue), registry: ofRegistries(catalogue).filter(({ id }) => OVERHEARD.includes(id)) };
}

type Judge = (heard: readonly Heard[], recording: Recording, options: ProxyOptions) => Side;

const JUDGES: Readonly<Record<(typeof SIDES)[number], Judge>> = { client: clientSide, registry: registrySide };

/** `oci-conform proxy`: listens until it is told to stop, and judges what went by. */
export async function run(args: readonly string[]): Promise<number> {
  const options = proxyOptions(args);
  if (!options) return 0;
  const catalogue = await loadCatalogue("distribution");
  const own = judgeable(catalogue);
  const selected = select(catalogue, [...new Set([...own.client, ...own.registry])], options);
  if (options.list) return list(selected);
  // Nobody wants to learn in the end that nothing can be written.
  new Outputs(options.report, process.stdout, { gate: options.level }).check(SIDES);
  checkDirectory(options.out, `--out ${options.out}`);
  const recording = await hear(options);
  const heard = heardOf(recording.exchanges);
  if (heard.length === 0) throw new Inconclusive("nothing went by");
  const targets = SIDES.map((side): SessionTarget => {
    const judged = JUDGES[side](heard, recording, options);
    return {
      name: side,
      key: `proxy ${side} ${options.upstream.origin}`,
      suite: "distribution",
      target: judged.name,
      test: async (requirements, reporters) => {
        const { version } = judged;
        const host = { kernel: `${kernelType()} ${release()}` };
        for (const reporter of reporters)
          reporter.begin({ spec: "distribution", target: { name: judged.name, version, release: options.spec }, host, jobs: 1 });
        const wanted = new Set(own[side].map(({ id }) => id));
        return sideResults(
          judged,
          requirements.filter(({ id }) => wanted.has(id)),
        );
      },
    };
  });
  return (await runSession(targets, selected, options)).code;
}

/** Passes on what comes until a signal does. */
async function hear({ upstream, listen: port, ca }: ProxyOptions): Promise<Recording> {
  const tell = (message: string): void => void process.stderr.write(`oci-conform: ${message}\n`);
  const trusted = ca === undefined ? undefined : await certificates(ca);
  const listening: Listening = await listen(upstream, { port, ...(trusted === undefined ? {} : { ca: trusted }) }, tell);
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve).once("SIGINT", resolve);
  });
  process.stderr.write(
    `oci-conform: listening on ${listening.url} for ${upstream.origin}; stop it by SIGINT or SIGTERM to have it judged\n`,
  );
  await stopped;
  return listening.end();
}

const certificates = (path: string): Promise<string> =>
  readFile(path, "utf8").catch((thrown: unknown) => {
    throw new UsageError(`--ca ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  });
