import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "../../files/temporary.js";
import { HarnessError } from "../../spec/errors.js";
import { type Limits, TIMED_OUT } from "../commands.js";
import type { Verb } from "./case.js";
import { writeImageLayout } from "./layout.js";
import type { Scene } from "./scene.js";
import { Printed } from "./steps.js";
import type { Done } from "./tool-run.js";
import { writtenAt } from "./written.js";

/** The bundled client, as a function: its arguments, where it prints, and its exit status. */
export type RunClient = (
  args: readonly string[],
  io: { out(text: string): void; err(text: string): void; signal?: AbortSignal },
) => Promise<number>;

/** How long it may take to end once it was told to. */
const GRACE_MS = 2000;

/** The paths that a verb may name. */
interface Paths {
  readonly dir: string;
  readonly layout: string;
  readonly file: string;
}

/** The arguments of a verb. */
function argumentsOf(verb: Verb, { words, annotations }: Scene, { dir, layout, file }: Paths): readonly string[] {
  const { REF, FROM, REPO, TAG, TYPE, FILTER, CHUNK } = words;
  const push = ["push", layout, REF, "--tag", TAG];
  switch (verb) {
    case "pull":
      return ["pull", REF, dir];
    case "push":
      return push;
    case "push-chunks":
      return [...push, ...(CHUNK === "" ? [] : ["--chunk", CHUNK])];
    case "push-single":
      return [...push, "--single"];
    case "copy":
      return ["copy", FROM, REF];
    case "tags":
      return ["tags", REPO];
    case "referrers":
      return ["referrers", REF, ...(FILTER === "" ? [] : ["--type", FILTER])];
    case "attach": {
      const lines = annotations.split("\n").filter(Boolean);
      return ["attach", REF, file, "--type", TYPE, ...lines.flatMap((line) => ["--annotation", line])];
    }
    case "delete":
      return ["delete", REF];
    case "any":
      throw new HarnessError("nobody knows what to do");
  }
}

/** Runs the bundled client in this process, case by case, in a directory of its own that is gone afterwards. */
export class EmbeddedRuns {
  readonly #client: RunClient;
  readonly #more: readonly string[];
  readonly #limits: Limits;
  readonly #ca: string | undefined;

  constructor(client: RunClient, more: readonly string[], limits: Limits, ca?: string) {
    this.#client = client;
    this.#more = more;
    this.#limits = limits;
    this.#ca = ca;
  }

  async run(scene: Scene): Promise<Done> {
    const home = temporaryDirectory("client");
    try {
      const { verb } = scene.case;
      const args = [...argumentsOf(verb, scene, this.#furnish(home, scene)), ...this.#options(home, scene)];
      const step = { name: verb, ...(await this.#call(args)) };
      return { steps: [step], written: writtenAt({ dir: join(home, "pulled") }) };
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }

  #furnish(home: string, { local, file }: Scene): Paths {
    const paths = { dir: join(home, "pulled"), layout: join(home, "layout"), file: join(home, "artifact") };
    if (local) writeImageLayout(paths.layout, local);
    if (file) writeFileSync(paths.file, file);
    return paths;
  }

  #options(home: string, { case: testCase, config, words: { PROXY } }: Scene): readonly string[] {
    const options = [...this.#more];
    if (PROXY !== "") options.push("--proxy", PROXY);
    if (!testCase.tls) options.push("--plain-http");
    else if (this.#ca !== undefined) {
      writeFileSync(join(home, "ca.pem"), this.#ca);
      options.push("--ca", join(home, "ca.pem"));
    }
    if (config !== undefined) {
      mkdirSync(join(home, "config"));
      writeFileSync(join(home, "config", "config.json"), config);
      options.push("--config", join(home, "config"));
    }
    return options;
  }

  /** Waits for the client as long as it may take; one that does not end when it is told to is left alone. */
  async #call(args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
    const [stdout, stderr] = [new Printed(), new Printed()];
    const stop = new AbortController();
    const { timeoutMs } = this.#limits;
    let timer: NodeJS.Timeout | undefined;
    let late: NodeJS.Timeout | undefined;
    const overdue = new Promise<number>((resolve) => {
      timer = setTimeout(() => {
        stop.abort(new Error("it took too long"));
        late = setTimeout(resolve, GRACE_MS, TIMED_OUT);
      }, timeoutMs);
    });
    try {
      const io = { out: (text: string) => stdout.add(text), err: (text: string) => stderr.add(text), signal: stop.signal };
      const status = await Promise.race([this.#client(args, io), overdue]);
      return { status: stop.signal.aborted ? TIMED_OUT : status, stdout: stdout.text, stderr: stderr.text };
    } catch (thrown) {
      if (stop.signal.aborted) return { status: TIMED_OUT, stdout: stdout.text, stderr: stderr.text };
      throw new HarnessError(`the bundled client broke: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
    } finally {
      clearTimeout(timer);
      clearTimeout(late);
    }
  }
}
