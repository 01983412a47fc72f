import type { Attempt } from "../../runners/runtime/case.js";
import type { Config, Mount, Seccomp, SeccompRule } from "../../spec/runtime/config.js";
import { isSyscallName, syscallNumber } from "../../spec/runtime/syscalls.js";
import { absolute, isFilePath } from "./filesystem/paths.js";
import { matchingArguments, otherArguments } from "./seccomp/arguments.js";

const WRITABLE_TYPES = ["tmpfs", "bind", "none", undefined];

/** Whether files can be read below and made: on file systems of the kernel's own they cannot. */
const intoMount = (mount: Mount): Attempt[] => {
  if (!WRITABLE_TYPES.includes(mount.type) || absolute(mount.destination) === "/dev") return [];
  const path = absolute(mount.destination);
  if (mount.type === "tmpfs") return [{ do: "create", path: `${path}/new` }];
  return isFilePath(mount.source ?? "")
    ? [
        { do: "read", path },
        { do: "write", path, data: "" },
      ]
    : [
        { do: "read", path: `${path}/here` },
        { do: "create", path: `${path}/new` },
      ];
};

/** Only files of our own are ever opened for writing: a runtime that does not protect /proc must not harm the host. */
const ofReadonly = (path: string): Attempt[] => {
  if (isFilePath(path)) return [{ do: "write", path, data: "" }];
  return [{ do: "create", path: `${path}/new` }];
};

/** A regular file, a directory: both are tried, as only the container knows what the path is. */
const ofMasked = (path: string): Attempt[] => [
  { do: "read", path, max: 64 },
  { do: "list", path },
];

/** Each call once with arguments that the rule matches, and once with others, where there are such. */
function ofRule(rule: SeccompRule): Attempt[] {
  const ways = [matchingArguments(rule.args ?? []), otherArguments(rule.args ?? [])].filter((way) => way !== null);
  return rule.names.filter(isSyscallName).flatMap((name) => {
    const nr = syscallNumber(name, process.arch);
    return nr === null ? [] : ways.map((args): Attempt => ({ do: "syscall", nr, args }));
  });
}

const ofSeccomp = (seccomp: Seccomp | undefined): Attempt[] => (seccomp?.syscalls ?? []).flatMap(ofRule);

/** The things to try inside a container that show whether its config was applied and that no report of its state shows. */
export function attemptsOf(config: Config): Attempt[] {
  const { linux } = config;
  return [
    ...(config.root?.readonly ? [{ do: "create", path: "/new" } satisfies Attempt] : []),
    ...(config.mounts ?? []).flatMap(intoMount),
    ...(linux?.maskedPaths ?? []).flatMap(ofMasked),
    ...(linux?.readonlyPaths ?? []).flatMap(ofReadonly),
    ...(linux?.devices ?? []).flatMap(({ path, type }): Attempt[] => [
      { do: "stat", path },
      ...(type === "p" ? [] : [{ do: "device", path, mode: "r" } satisfies Attempt]),
    ]),
    ...Object.keys(linux?.sysctl ?? {}).map((key): Attempt => ({ do: "read", path: `/proc/sys/${key.replaceAll(".", "/")}` })),
    ...(linux?.netDevices ? [{ do: "interfaces" } satisfies Attempt] : []),
    ...ofSeccomp(linux?.seccomp),
  ];
}
