import type { Natural } from "../../spec/numbers.js";
import { TIMED_OUT } from "../commands.js";
import type { Json } from "./case.js";
import type { SeenTree } from "./seen.js";

/** One command of a tool: how it ended, and what it said. */
export interface Step {
  readonly name: string;
  /** As a shell has it: 128 and the signal's number for a signal; 124 when it took too long. */
  readonly status: Natural;
  readonly stdout: string;
  readonly stderr: string;
}

/** What was seen of one case. */
export interface ImageObservation {
  readonly format: "oci-conform/image-observation@1";
  readonly steps: readonly Step[];
  /** The unpacked tree; null when there is none. */
  readonly tree: SeenTree | null;
  /** The directories that a copying tool made, by name. */
  readonly copies: Readonly<Record<string, SeenTree>>;
  /** Paths of files in such a directory, by its name, that are JSON with `data` in it. */
  readonly embedded?: Readonly<Record<string, readonly string[]>>;
  /** Contents of the manifests in the layout that are of other images, as `SIZE sha256:…`. */
  readonly decoys?: readonly string[];
  /** What a command that failed left running or mounted, in words. */
  readonly leftovers?: readonly string[];
  /** The image's manifest, config and layers as they were given to the tool: `SIZE sha256:…` by what they are. */
  readonly sources: Readonly<Record<string, string>>;
  /** The same case unpacked once more, where it was asked for. */
  readonly again?: SeenTree | null;
  /** The config.json of a runtime bundle, where the tool makes one. */
  readonly runtimeConfig?: Json;
  /** What changed outside the directory that is the tool's, in words. */
  readonly escapes: readonly string[];
  /** The extended attributes that the file system keeps, by their beginnings. */
  readonly xattrs: readonly string[];
  /** Whether device nodes can be made where it ran: not in every container, or user namespace. */
  readonly devices?: boolean;
  /** How the cases went that differ from this one in one respect, by the requirement which that is about. */
  readonly controls: Readonly<Record<string, Ending>>;
}

/** How a tool took a case. */
export type Ending = "accepted" | "refused" | "crashed" | "hung" | "out-of-memory" | "out-of-space";

const PANIC =
  /^(?:panic: |fatal error: |goroutine \d+ \[running\]|runtime: (?:goroutine stack|unexpected)|SIGSEGV|Segmentation fault|Traceback \(most)/m;
/** What Go's runtime says, C's libraries, C++ and Python. */
const NO_MEMORY =
  /^(?:fatal error: )?runtime: (?:out of memory|cannot allocate memory)|\b(?:memory exhausted|cannot allocate memory|out of memory|bad_alloc|MemoryError)\b/im;

/** The sandbox's own file system has an end, which is nobody's fault. */
const NO_SPACE = /\bno space left on device\b|\bENOSPC\b|\bdisk quota exceeded\b/i;

const endingOf = ({ status, stderr }: Step): Ending => {
  if (status === 0) return "accepted";
  if (status === TIMED_OUT) return "hung";
  if (NO_MEMORY.test(stderr)) return "out-of-memory";
  if (NO_SPACE.test(stderr)) return "out-of-space";
  // A shell says 128 and the number for a signal; tools exit with less.
  if (status > 128 && status < 160) return "crashed";
  return PANIC.test(stderr) ? "crashed" : "refused";
};

/** How a case ended: as the first command did that did not succeed. */
export const ending = ({ steps }: Pick<ImageObservation, "steps">): Ending =>
  steps.map(endingOf).find((each) => each !== "accepted") ?? "accepted";

/** The tool's own words about why it failed. */
export const complaint = ({ steps }: Pick<ImageObservation, "steps">): string => {
  const failed = steps.find((step) => endingOf(step) !== "accepted");
  return failed === undefined
    ? ""
    : (failed.stderr.trim() || failed.stdout.trim() || `${failed.name}: exit status ${failed.status}`).slice(-2000);
};
