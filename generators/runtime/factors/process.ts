/** config.md, "Process": the program, its user, and what it starts with. */
import fc from "fast-check";

import { INSIDE_AGENT } from "../../../runners/runtime/case.js";
import type { Rlimit, User } from "../../../spec/runtime/config.js";
import { oneOf } from "../../choices.js";
import { lastId, whyNot } from "../host.js";
import { cwd as wideCwd } from "../process/cwd.js";
import { text, env as wideEnv } from "../process/env.js";
import { HIGHEST, lowest } from "../process/oom-score-adj.js";
import { ranges, rlimits as wideRlimits } from "../process/rlimits.js";
import { user as wideUser } from "../process/user.js";
import { type Factor, fixedLevel, inProcess, level, notIn, type Setting, unchanged } from "./factor.js";
import { TEXTS } from "./texts.js";

const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `${at}`);

const args = (): Factor => ({
  name: "arguments",
  levels: [
    unchanged(),
    level("odd texts", oneOf([TEXTS, ...TEXTS.map((text) => [text])]), (texts) => inProcess({ args: [INSIDE_AGENT, "probe", ...texts] }), {
      wide: fc.array(text(), { maxLength: 5 }),
    }),
    fixedLevel("hundreds", inProcess({ args: [INSIDE_AGENT, "probe", ...numbered(500)] })),
  ],
});

const variables = TEXTS.map((text, at) => `T_${at}=${text}`);

const env = (): Factor => ({
  name: "environment",
  levels: [
    unchanged(),
    level("odd texts", oneOf([variables, ...variables.map((entry) => [entry])]), (entries) => inProcess({ env: entries }), {
      wide: wideEnv(),
    }),
    fixedLevel("hundreds", inProcess({ env: numbered(500).map((number) => `T_${number}=${number}`) })),
  ],
});

const cwd = (): Factor => ({
  name: "working directory",
  levels: [
    unchanged("the root"),
    fixedLevel("a directory", inProcess({ cwd: "/work" })),
    level("an odd name", oneOf(["/two words", "/wé漢", "/w-_", "/...w"]), (path) => inProcess({ cwd: path }), { wide: wideCwd() }),
    fixedLevel("far below", inProcess({ cwd: `/${numbered(20).join("/")}` })),
  ],
});

const withUser = (part: Partial<User>) => (draft: Parameters<ReturnType<typeof inProcess>>[0]) =>
  inProcess({ user: { uid: 0, gid: 0, ...draft.config.process?.user, ...part } })(draft);

function user({ host, release }: Setting): Factor {
  const last = lastId(host);
  const excluded = last >= 1000 ? undefined : "no other user or group ids are mapped here";
  const denied = host.outside.setgroups === "deny" ? "the kernel denies setgroups(2) here" : excluded;
  const highest = Math.max(0, last);
  return {
    name: "user",
    levels: [
      unchanged("root"),
      level(
        "another",
        oneOf([1000, 1, 999]).map((uid): Partial<User> => ({ uid, gid: uid })),
        withUser,
        { excluded, wide: wideUser(host, release) },
      ),
      level("root of another group", oneOf([1000, 1]), (gid) => withUser({ gid }), { excluded }),
      level("another, of root's group", oneOf([1000, 1]), (uid) => withUser({ uid }), { excluded }),
      level("root with groups", oneOf([[1], [0, 1, 1000], numbered(32).map(Number)]), (ids) => withUser({ additionalGids: ids }), {
        excluded: denied,
      }),
      level("another with groups", oneOf([[1], [0, 1, 1000]]), (ids) => withUser({ uid: 1000, gid: 1000, additionalGids: ids }), {
        excluded: denied,
      }),
      fixedLevel("the highest ids", withUser({ uid: highest, gid: highest }), { excluded }),
    ],
  };
}

const umask = ({ release }: Setting): Factor => ({
  name: "umask",
  levels: [
    unchanged(),
    ...(
      [
        [0, "0"],
        [0o77, "077"],
        [0o777, "0777"],
      ] as const
    ).map(([mask, name]) => fixedLevel(name, withUser({ umask: mask }), { excluded: notIn(release, "process.user.umask") })),
  ],
});

function rlimits({ host, release }: Setting): Factor {
  const possible = ranges(host);
  const excluded = possible.length > 0 ? undefined : "no limit can be lowered here";
  const each = possible.flatMap(({ type, min, max }): Rlimit[] => [
    { type, soft: min, hard: max },
    { type, soft: max, hard: max },
    { type, soft: min, hard: min },
  ]);
  return {
    name: "resource limits",
    levels: [
      unchanged(),
      level("one", oneOf(each.length > 0 ? each : [{ type: "", soft: 0, hard: 0 }]), (limit) => inProcess({ rlimits: [limit] }), {
        excluded,
      }),
      level(
        "all",
        fc.constant<Rlimit[]>(possible.map(({ type, min, max }) => ({ type, soft: min, hard: max }))),
        (rlimits) => inProcess({ rlimits }),
        {
          excluded,
          wide: wideRlimits(host, release),
        },
      ),
    ],
  };
}

function oomScoreAdj({ host }: Setting): Factor {
  const own = host.outside.oomScoreAdj ?? 0;
  const least = lowest(host);
  const lower = least < own ? undefined : (whyNot(host, "CAP_SYS_RESOURCE", "a lower OOM score") ?? "the harness has the lowest OOM score");
  const higher = own < HIGHEST ? undefined : "the harness has the highest OOM score";
  return {
    name: "OOM score",
    levels: [
      unchanged(),
      fixedLevel("the harness's", inProcess({ oomScoreAdj: own })),
      level("higher", oneOf([Math.min(own + 1, HIGHEST), HIGHEST]), (score) => inProcess({ oomScoreAdj: score }), { excluded: higher }),
      level("lower", oneOf([least, own - 1]), (score) => inProcess({ oomScoreAdj: score }), { excluded: lower }),
    ],
  };
}

const SIZES = [
  { height: 24, width: 80 },
  { height: 1, width: 500 },
  { height: 400, width: 2 },
];

const terminal = (): Factor => ({
  name: "terminal",
  levels: [
    unchanged(),
    level("a size alone", fc.constant(SIZES[0]), (consoleSize) => inProcess({ ...(consoleSize ? { consoleSize } : {}) })),
    fixedLevel("a terminal", inProcess({ terminal: true })),
    level("a terminal of a size", oneOf(SIZES), (consoleSize) => inProcess({ terminal: true, consoleSize })),
  ],
});

/** The factors of the program, its user and what it starts with. */
export const ofProcess = (setting: Setting): readonly Factor[] => [
  args(),
  env(),
  cwd(),
  user(setting),
  umask(setting),
  rlimits(setting),
  oomScoreAdj(setting),
  terminal(),
];
