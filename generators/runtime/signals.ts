import { constants } from "node:os";
import type { ContainerCase, RuntimeCase, Step } from "../../runners/runtime/case.js";
import { containerOf, minimalConfig } from "./base.js";
import { ending } from "./steps.js";

/** The file in which a program notes the number of each signal that it gets, where it is there; the program ends on SIGTERM. */
export const SIGNAL_LOG = ".oci/signals";

/** What no program can get hold of. */
const UNCATCHABLE = ["SIGKILL", "SIGSTOP"];

/** What undoes signals that a program has not fetched yet: stops and the continuation take each other back. */
const UNDONE = ["SIGCONT"];

/** Names that are another's, or no signal's. */
const ALIASES = ["SIGIOT", "SIGPOLL", "SIGUNUSED", "SIGCLD"];

/** Every signal that Linux has a name for, by its name. */
const NAMED: readonly (readonly [string, number])[] = Object.entries(constants.signals).filter(
  ([name, number]) => number < 32 && ![...UNCATCHABLE, ...UNDONE, ...ALIASES].includes(name),
);

/** Real-time signals have no names that everybody knows; the first three may be a C library's own. */
const REALTIME = Array.from({ length: 30 }, (_, at) => 35 + at);

/** A signal as `kill` may be told it. */
export interface SpelledSignal {
  readonly text: string;
  readonly number: number;
  readonly spelling: "name" | "name with SIG" | "number";
}

/** All signals that a program can be seen to get, as they may be written. */
export const SIGNALS: readonly SpelledSignal[] = [
  ...NAMED.flatMap(([name, number]): SpelledSignal[] => [
    { text: name.slice("SIG".length), number, spelling: "name" },
    { text: name, number, spelling: "name with SIG" },
    { text: String(number), number, spelling: "number" },
  ]),
  ...REALTIME.map((number): SpelledSignal => ({ text: String(number), number, spelling: "number" })),
];

const SPELLINGS = ["name", "name with SIG", "number"] as const;

/** A container that is sent these signals one after the other, and SIGTERM at last. */
function stepsOf(signals: readonly SpelledSignal[], container: number): Step[] {
  const kill = (signal: string): Step => ({ op: "kill", container, signal });
  const ends = signals.find(({ text }) => /TERM$|^15$/.test(text));
  return [
    { op: "create", container },
    { op: "start", container },
    { op: "await", container, until: "ready" },
    ...signals.filter((each) => each !== ends).map(({ text }) => kill(text)),
    kill(ends?.text ?? "TERM"),
    { op: "await", container, until: "exit" },
    { op: "read", path: `b${container}/rootfs/${SIGNAL_LOG}` },
    ...ending(container),
  ];
}

/** A case in which programs are sent these signals, each program by one spelling only: who got one cannot have it by another. */
export function caseOfSignals(release: string, signals: readonly SpelledSignal[]): RuntimeCase {
  const programs = SPELLINGS.map((spelling) => signals.filter((each) => each.spelling === spelling)).filter(({ length }) => length > 0);
  const log = { kind: "file" as const, path: SIGNAL_LOG, content: "", mode: 0o666 };
  const container: ContainerCase = containerOf(minimalConfig(release), { hold: true, rootfs: [log] });
  return {
    format: "oci-conform/runtime-case@1",
    title: signals.length === 1 ? `the signal ${signals[0]?.text}` : `${signals.length} signals`,
    aims: [],
    containers: programs.map(() => container),
    steps: programs.flatMap(stepsOf),
  };
}
