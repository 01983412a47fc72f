import type { HostFacts } from "../../../runners/runtime/host.js";
import type { Look } from "../../../runners/runtime/observation.js";
import type { Resources } from "../../../spec/runtime/config.js";
import { type ExplainedResult, expectThat, notApplicable, PASS } from "../../check.js";
import type { View } from "../suite.js";

/**
 * How a property of `linux.resources` shows in a file of the container's cgroup. `accepts` says whether the text shows the
 * value, and `untouched` whether it is what the file says when nobody has written to it: the latter proves nothing.
 */
export interface Shown {
  /** `controller/file` on v1, `file` on v2. */
  readonly file: string;
  readonly accepts: (text: string) => boolean;
  readonly untouched?: (text: string) => boolean;
  /** What is expected, for people. */
  readonly expected: string;
}

/** A property: where it shows. Empty when the config does not set it, or sets a value about which nothing can be said. */
export type Reading = (resources: Resources, host: HostFacts) => readonly Shown[];

const exactly = (value: number | bigint | string): Pick<Shown, "accepts" | "expected"> => ({
  accepts: (text) => text === String(value),
  expected: String(value),
});

/** A file that holds just this value. */
export const shows = (file: string, value: number | string, untouched?: string): Shown => ({
  file,
  ...exactly(value),
  ...(untouched === undefined ? {} : { untouched: (text: string) => text === untouched }),
});

/** The page sizes of Linux; limits are kept in whole pages. */
const PAGES = [4096n, 16384n, 65536n];
const UNLIMITED = 2n ** 62n;

const wholeNumber = (text: string): bigint | null => (/^-?\d+$/.test(text) ? BigInt(text) : null);

/** v1 shows a limit that is not set as the greatest number of whole pages; v2 as `max`. */
const unlimited = (text: string): boolean => text === "max" || (wholeNumber(text) ?? 0n) >= UNLIMITED;

/** A limit in bytes, kept in whole pages, rounded either way; −1 is unlimited. */
export function showsBytes(file: string, bytes: number): Shown {
  if (bytes < 0) return { file, accepts: unlimited, untouched: unlimited, expected: "unlimited" };
  const exact = BigInt(bytes);
  const allowed = new Set(PAGES.flatMap((page) => [(exact / page) * page, ((exact + page - 1n) / page) * page]));
  return {
    file,
    accepts: (text) => allowed.has(wholeNumber(text) ?? -1n),
    untouched: unlimited,
    expected: `${bytes}, in whole pages`,
  };
}

/** A list of CPUs or memory nodes such as `0-2,4` as numbers. */
export const numbersOf = (list: string): number[] =>
  list
    .split(",")
    .filter((part) => /^\d+(-\d+)?$/.test(part.trim()))
    .flatMap((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
    });

/** The content of a cgroup file as a look saw it; undefined when it was not asked for or could not be read. */
export function readingOf(look: Look | null, file: string): string | undefined {
  const content = look?.cgroupFiles[file];
  return content?.ok ? content.value.trim() : undefined;
}

/** Nothing but the config as it was at `create` decided what the container's cgroup says when it is looked at. */
const undisturbed = (view: View): boolean =>
  view.testCase.control === undefined &&
  view.container.configText === undefined &&
  view.testCase.containers.length === 1 &&
  !view.testCase.steps.some((step) => step.op === "write-cgroup" || step.op === "edit" || step.op === "raw");

/** The files of the unified hierarchy that the config sets by name: they may contradict the properties. */
const named = (view: View): ReadonlySet<string> => new Set(Object.keys(view.config.linux?.resources?.unified ?? {}));

/**
 * Judges a property by the files that show it, those of them that exist on the host. One that shows the value is enough where
 * a kernel has several names for it. One that can't be told from an untouched file's says nothing.
 */
export function judgeReading(view: View, reading: Reading): ExplainedResult {
  const { resources } = view.config.linux ?? {};
  if (!resources) return notApplicable("no resources in the config");
  if (!undisturbed(view))
    return notApplicable("the cgroup may say something else than the config: it is faulty, or changed by other means");
  if (!view.snapshot) return notApplicable("nobody looked at the container while it ran");
  const overridden = named(view);
  const candidates = reading(resources, view.host).filter(({ file }) => view.host.cgroup.files.includes(file) && !overridden.has(file));
  const readings = candidates.map((shown) => ({ shown, text: readingOf(view.snapshot, shown.file) }));
  const accepted = readings.filter(({ shown, text }) => text !== undefined && shown.accepts(text));
  if (accepted.length > 0) {
    return accepted.some(({ shown, text }) => !shown.untouched?.(text ?? ""))
      ? PASS
      : notApplicable("the value is what the file says when nobody has written to it");
  }
  if (readings.length === 0) return notApplicable("nothing in the config that a file of the host's cgroups would show");
  if (readings.some(({ text }) => text === undefined)) return notApplicable("a cgroup file that would show it was not read");
  return expectThat(
    false,
    Object.fromEntries(candidates.map(({ file, expected }) => [file, expected])),
    Object.fromEntries(readings.map(({ shown, text }) => [shown.file, text])),
  );
}
