/**
 * `node build/ci/bench-image.js [--megabytes N] [--layers N] [--rounds N] [--from DIRECTORY]`: how fast a layout is validated, measured
 * against a shell that computes the same digests, `sha256sum` of every blob and `zcat | sha256sum` of every layer, all at the same time,
 * in rounds that alternate. The layers are parts of DIRECTORY as `tar` packs it (/usr unless told otherwise).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

type Kind = "gzip" | "zstd" | "none";

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const PACK: Readonly<Record<Kind, string>> = { gzip: "gzip -6", zstd: "zstd -q -3", none: "cat" };
const UNPACK: Readonly<Record<Kind, string | undefined>> = { gzip: "zcat", zstd: "zstdcat", none: undefined };
const MEBIBYTE = 2 ** 20;

/** What a command took: seconds by the clock, seconds of processors, and the most memory if that is known. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly peak: number;
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: MEBIBYTE })) hash.update(chunk);
  return hash.digest("hex");
}

/** Runs a shell command; stops for one that fails. */
const shell = (command: string, ...args: readonly string[]): string =>
  // With a pipe of Node's for its input, which is a socket, bash takes itself for a remote shell and reads its files.
  execFileSync("bash", ["-euo", "pipefail", "-c", command, "bench", ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Archives of about this size, each of files of its own. */
function archives(from: string, work: string, count: number, bytes: number): string[] {
  // In an order that mixes large files and small ones, always the same.
  const list = join(work, "files");
  shell(
    `find "$1" -xdev -type f -readable -size -64M -printf '%s %p\\n' 2>/dev/null | LC_ALL=C sort -k2 | awk -v most="$3" -v into="$2" -v count="$4" '
    { if (sum > most) { sum = 0; part++ } if (part >= count) next; sum += $1 + 1024; sub(/^[0-9]+ /, ""); print > (into "." part + 0) }'`,
    from,
    list,
    `${bytes}`,
    `${count}`,
  );
  return Array.from({ length: count }, (_, at) => {
    const archive = join(work, `${at}.tar`);
    shell(`tar -cPf "$1" --no-recursion --transform 's,^/,,' -T "$2"`, archive, `${list}.${at}`);
    return archive;
  });
}

/** Makes a layout of these archives in one kind of compression. */
async function layoutOf(kind: Kind, tars: readonly string[], work: string): Promise<string> {
  const root = join(work, kind);
  const blobs = join(root, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: string): { digest: string; size: number } => {
    const name = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(blobs, name), bytes);
    return { digest: `sha256:${name}`, size: Buffer.byteLength(bytes) };
  };
  const layers: unknown[] = [];
  const diffIds: string[] = [];
  for (const tar of tars) {
    const packed = join(work, "packed");
    shell(`${PACK[kind]} < "$1" > "$2"`, tar, packed);
    const name = await digest(packed);
    layers.push({ mediaType: kind === "none" ? LAYER : `${LAYER}+${kind}`, digest: `sha256:${name}`, size: statSync(packed).size });
    renameSync(packed, join(blobs, name));
    diffIds.push(`sha256:${await digest(tar)}`);
  }
  const config = put(JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: diffIds } }));
  const manifest = put(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers,
    }),
  );
  const described = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    ...manifest,
    platform: { architecture: "amd64", os: "linux" },
  };
  writeFileSync(
    join(root, "index.json"),
    JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [described] }),
  );
  writeFileSync(join(root, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  return root;
}

/** The shell that does the least that anybody has to. */
function byShell(kind: Kind, root: string): Cost {
  const unpack = UNPACK[kind];
  // Small blobs are documents.
  const layers = unpack === undefined ? "" : `for each in $(find . -size +1M); do ${unpack} < $each | sha256sum & done;`;
  const begun = performance.now();
  const times = shell(`cd "$1"/blobs/sha256; { sha256sum * & ${layers} wait; } > /dev/null; times`, root);
  const seconds = [...(times.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
  return { wall: (performance.now() - begun) / 1000, cpu: seconds.reduce((sum, each) => sum + each, 0), peak: Number.NaN };
}

/** Says at its end what it took. */
const USAGE = `data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();process.stderr.write("usage "+JSON.stringify(u))})`;

function byUs(root: string): Cost {
  const begun = performance.now();
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ["--import", USAGE, MAIN, "image", root], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`the layout has findings, or was not read (exit code ${status}): ${stderr}`);
  const usage: NodeJS.ResourceUsage = JSON.parse(stderr.slice(stderr.lastIndexOf("usage ") + 6));
  return { wall: (performance.now() - begun) / 1000, cpu: (usage.userCPUTime + usage.systemCPUTime) / 1e6, peak: usage.maxRSS / 1024 };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const ratio = (shellCosts: readonly Cost[], ours: readonly Cost[], of: "wall" | "cpu"): string =>
  `${median(ours.map((cost, at) => (shellCosts[at]?.[of] ?? Number.NaN) / cost[of])).toFixed(2)}`;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      megabytes: { type: "string", default: "200" },
      layers: { type: "string", default: "3" },
      rounds: { type: "string", default: "7" },
      from: { type: "string", default: "/usr" },
      kinds: { type: "string", default: "gzip,zstd,none" },
    },
  });
  const work = mkdtempSync(join(tmpdir(), "oci-conform-bench-"));
  try {
    const tars = archives(values.from, work, Number(values.layers), Number(values.megabytes) * MEBIBYTE);
    const total = tars.reduce((sum, path) => sum + statSync(path).size, 0) / MEBIBYTE;
    process.stdout.write(
      `${tars.length} layers of ${total.toFixed(0)} MiB together without compression; speed relative to the shell, median of rounds\n`,
    );
    for (const kind of (["gzip", "zstd", "none"] as const).filter((each) => values.kinds.split(",").includes(each))) {
      const root = await layoutOf(kind, tars, work);
      const theirs: Cost[] = [];
      const ours: Cost[] = [];
      for (let round = 0; round < Number(values.rounds); round++) {
        theirs.push(byShell(kind, root));
        ours.push(byUs(root));
      }
      const peak = Math.max(...ours.map((cost) => cost.peak)).toFixed(0);
      const rate = (total / median(ours.map(({ wall }) => wall))).toFixed(0);
      process.stdout.write(
        `${kind.padEnd(5)} by the clock ${ratio(theirs, ours, "wall")}, by processor time ${ratio(theirs, ours, "cpu")}; ${rate} MiB/s, at most ${peak} MiB of memory\n`,
      );
      rmSync(root, { recursive: true });
    }
    for (const name of readdirSync(work)) rmSync(join(work, name), { recursive: true });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main(process.argv.slice(2));
