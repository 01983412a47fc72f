import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { HarnessError, Inconclusive } from "../../spec/errors.js";
import type { Limits } from "../commands.js";
import { quoted } from "../shell.js";
import { writeImageLayout } from "./layout.js";
import type { ClientRun } from "./observation.js";
import type { Scene } from "./scene.js";
import { HOME, PATHS, program, WORK } from "./script.js";
import { saidLast, stepsIn } from "./steps.js";
import type { ClientTool } from "./tools/tool.js";
import { writtenAt } from "./written.js";

export type Done = Pick<ClientRun, "steps" | "written">;

/** A tool, and what it needs of the machine. */
export interface Equipped {
  readonly tool: ClientTool;
  /** The program's absolute path. */
  readonly program: string;
  /** PATH. */
  readonly path: string;
  /** What it does not get to see. */
  readonly hidden: readonly string[];
  /** What it sees all the same. */
  readonly exposed: readonly string[];
  readonly limits: Limits;
}

/** All that a case may write, what its commands may print, and what is noted of them: each has room when the others are full. */
const ROOM: readonly (readonly [path: string, options: string])[] = [
  [WORK, "size=256m,nr_inodes=200k,mode=755"],
  [PATHS.OUT, "size=32m,nr_inodes=1k,mode=755"],
  [PATHS.NOTES, "size=1m,nr_inodes=1k,mode=755"],
];

/** How long everything may take besides the tool's own commands. */
const SPARE_MS = 20_000;

/** Runs a command that is to end by itself. @returns what it said, if it failed */
function command(argv: readonly string[], env: Readonly<Record<string, string>>, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0] ?? "", argv.slice(1), { env, stdio: ["pipe", "ignore", "pipe"], cwd: "/" });
    let said = "";
    child.stdin.on("error", () => undefined).end();
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve(code === 0 ? undefined : `${said.trim()} (${signal ?? `exit status ${code}`})`);
    });
  });
}

/** A path as fstab(5) has it. */
const escaped = (path: string): string => path.replace(/[\\\s]/g, (each) => `\\${each.charCodeAt(0).toString(8).padStart(3, "0")}`);

const isBelow = (path: string, directory: string): boolean => path.startsWith(`${directory}/`);

const real = (path: string): readonly string[] => {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
};

/** Makes the empty places that hide others, with what is exposed in them, and the list of mounts. */
function hide({ tool, hidden, exposed }: Equipped): void {
  const all = [...new Set(hidden.flatMap(real))];
  const places = all.filter((place) => !all.some((each) => isBelow(place, each)));
  const mounts: string[] = [];
  const bind = (from: string, to: string): void => void mounts.push(`${escaped(from)} ${escaped(to)} none rbind 0 0`);
  const imitate = (path: string, as: string): void => {
    if (statSync(path).isDirectory()) mkdirSync(as, { recursive: true });
    else {
      mkdirSync(dirname(as), { recursive: true });
      if (!existsSync(as)) writeFileSync(as, "");
    }
  };
  for (const place of places) {
    imitate(place, `${WORK}/hidden${place}`);
    if (/\/(?:tmp|shm)$/.test(place)) chmodSync(`${WORK}/hidden${place}`, 0o1777);
  }
  // By the name that it is called by, and by the one that it has.
  const names = exposed.flatMap((path) => [...real(dirname(path)).map((directory) => join(directory, basename(path))), ...real(path)]);
  for (const path of [WORK, ...new Set(names)]) {
    if (!places.some((place) => isBelow(path, place))) continue;
    imitate(path, `${WORK}/hidden${path}`);
    bind(path, `${WORK}/hidden${path}`);
  }
  for (const path of real(tool.directory ?? "/"))
    if (places.some((place) => isBelow(path, place))) mkdirSync(`${WORK}/hidden${path}`, { recursive: true });
  for (const place of places) bind(`${WORK}/hidden${place}`, place);
  writeFileSync(`${WORK}/fstab`, `${mounts.join("\n")}\n`);
}

/** Settings of the libraries that several tools share: any image is taken, and hosts without TLS are spoken to without. */
function containersConfig({ words: { SCHEME }, case: { tls } }: Scene, hosts: readonly string[], ca: string | undefined): void {
  const directory = join(HOME, ".config", "containers");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "policy.json"), '{"default":[{"type":"insecureAcceptAnything"}]}');
  const insecure = SCHEME === "http" ? hosts.map((host) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`) : [];
  writeFileSync(join(directory, "registries.conf"), insecure.join("\n"));
  if (!tls || ca === undefined) return;
  for (const host of hosts) {
    const certs = join(directory, "certs.d", host);
    mkdirSync(certs, { recursive: true });
    writeFileSync(join(certs, "ca.crt"), ca);
  }
}

/** Runs a tool's commands in a sandbox within the sandbox, case by case. */
export class ToolRuns {
  readonly #equipped: Equipped;
  readonly #hosts: readonly string[];
  readonly #ca: string | undefined;

  /** @param hosts addresses; @param ca the authority to trust, as PEM */
  constructor(equipped: Equipped, hosts: readonly string[], ca?: string) {
    this.#equipped = equipped;
    this.#hosts = hosts;
    this.#ca = ca;
  }

  /** @throws Inconclusive when the tool's daemon does not start; HarnessError when the sandbox fails */
  async run(scene: Scene): Promise<Done> {
    const lines = this.#equipped.tool.verbs[scene.case.verb];
    if (!lines) throw new HarnessError(`${this.#equipped.tool.name} cannot do this: ${scene.case.verb}`);
    return this.#within(async () => {
      this.#furnish(scene);
      const steps = await this.#carryOut(lines, scene.words);
      return { steps, written: writtenAt({ dir: PATHS.DIR, store: PATHS.STORE }) };
    });
  }

  /** The first line of what the tool says of its version; empty when it does not say. */
  version(): Promise<string> {
    return this.#within(async () => {
      const words = this.#equipped.tool.version.map(quoted).join(" ");
      const [step] = await this.#carryOut([`run version "$PROGRAM" ${words}`]);
      return step?.status === 0 ? ((step.stdout.trim() || step.stderr.trim()).split("\n")[0] ?? "") : "";
    });
  }

  /** In a fresh file system of limited size, which is gone afterwards. */
  async #within<T>(work: () => Promise<T>): Promise<T> {
    const { path } = this.#equipped;
    const mount = ROOM.map(([at, options]) => `mkdir -p ${at} && mount -t tmpfs -o ${options} tmpfs ${at}`).join(" && ");
    const failed = await command(["sh", "-c", mount], { PATH: path }, SPARE_MS);
    if (failed !== undefined) throw new HarnessError(`the sandbox has no room in memory: ${failed}`);
    try {
      for (const each of [PATHS.STORE, PATHS.SCRATCH, HOME]) mkdirSync(each);
      mkdirSync(join(HOME, "run"), { mode: 0o700 });
      writeFileSync(`${WORK}/empty`, "");
      hide(this.#equipped);
      return await work();
    } finally {
      const stuck = await command(["umount", "-R", "-l", WORK], { PATH: path }, SPARE_MS);
      if (stuck !== undefined) process.stderr.write(`the sandbox cannot be emptied: ${stuck}\n`);
    }
  }

  /** Puts everything there that a case's lines name. */
  #furnish(scene: Scene): void {
    if (scene.local) writeImageLayout(PATHS.LAYOUT, scene.local);
    if (scene.file) writeFileSync(PATHS.FILE, scene.file);
    writeFileSync(PATHS.ANNOTATIONS, scene.annotations);
    containersConfig(scene, this.#hosts, this.#ca);
    if (scene.case.tls && this.#ca !== undefined) writeFileSync(PATHS.CA, this.#ca);
    if (scene.config === undefined) return;
    mkdirSync(join(HOME, ".docker"));
    writeFileSync(join(HOME, ".docker", "config.json"), scene.config, { mode: 0o600 });
    mkdirSync(join(HOME, "run", "containers"));
    copyFileSync(join(HOME, ".docker", "config.json"), join(HOME, "run", "containers", "auth.json"));
  }

  async #carryOut(lines: readonly string[], words: Partial<Scene["words"]> = {}): Promise<Done["steps"]> {
    const { tool, program: PROGRAM, path, limits } = this.#equipped;
    const trusted = existsSync(PATHS.CA)
      ? Object.fromEntries(["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].map((name) => [name, PATHS.CA]))
      : {};
    const env = {
      ...{ PATH: path, HOME, TMPDIR: PATHS.SCRATCH, LC_ALL: "C.UTF-8" },
      ...{ XDG_CONFIG_HOME: join(HOME, ".config"), XDG_RUNTIME_DIR: join(HOME, "run") },
      ...trusted,
    };
    const unshare = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
    const given = { words: { PROGRAM, ...PATHS, ...words }, exported: tool.commands !== undefined, lines, limits };
    const text = program({ ...given, directory: tool.directory ?? PATHS.SCRATCH });
    const failed = await command([...unshare, "sh", "-c", text], env, limits.timeoutMs * (lines.length + 1) + SPARE_MS);
    const steps = stepsIn(PATHS.NOTES, PATHS.OUT);
    if (steps.length > 0 && (failed === undefined || steps.at(-1)?.status !== 0)) return steps;
    if (existsSync(`${WORK}/daemon.stderr`))
      throw new Inconclusive(`${tool.name}: its daemon does not start: ${saidLast(`${WORK}/daemon.stderr`)}`);
    throw new HarnessError(`${tool.name}: nothing was run: ${failed ?? "no reason"}`);
  }
}
