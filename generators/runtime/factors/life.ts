/** config.md, "POSIX-platform Hooks" and "Annotations", and how the container's life goes. */
import type { Hook } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { HOOK_KINDS, type HookKind, recordingHook } from "../hooks.js";
import { around, type Edit, type Factor, fixedLevel, inConfig, level, notIn, type Setting, unchanged } from "./factor.js";
import { TEXTS } from "./texts.js";

const withHooks =
  (kind: HookKind, list: readonly Hook[]): Edit =>
  (draft) =>
    inConfig({ hooks: { ...draft.config.hooks, [kind]: list } })(draft);

function hooks(kind: HookKind, { release }: Setting): Factor {
  const excluded = notIn(release, `hooks.${kind}`);
  const named = (number: number): Hook => recordingHook(kind, `${kind}-${number}`);
  return {
    name: `${kind} hooks`,
    levels: [
      unchanged(),
      fixedLevel("one", withHooks(kind, [named(0)]), { excluded }),
      level(
        "two, one with an environment and a timeout",
        oneOf(TEXTS.slice(0, -1)),
        (text) => withHooks(kind, [named(0), { ...named(1), env: [`T_HOOK=${text}`], timeout: 60 }]),
        { excluded },
      ),
    ],
  };
}

const annotations = (): Factor => ({
  name: "annotations",
  levels: [
    unchanged(),
    fixedLevel("empty", inConfig({ annotations: {} })),
    fixedLevel("odd texts", inConfig({ annotations: Object.fromEntries(TEXTS.map((text, at) => [`org.example.key-${at}`, text])) })),
  ],
});

const held = (): Factor => ({
  name: "looked at",
  levels: [unchanged("from inside"), fixedLevel("from outside too", around({ hold: true }))],
});

const caller = (): Factor => ({
  name: "the caller's umask",
  levels: [unchanged("022"), fixedLevel("077", around({ umask: 0o77 })), fixedLevel("0", around({ umask: 0 }))],
});

/** The factors of hooks, annotations and the container's life. */
export const ofLife = (setting: Setting): readonly Factor[] => [
  ...HOOK_KINDS.map((kind) => hooks(kind, setting)),
  annotations(),
  held(),
  caller(),
];
