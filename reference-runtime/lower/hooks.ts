import type { Hooks } from "../../spec/runtime/config.js";
import { type HookKind, type Step, step } from "../plan.js";

const KINDS: readonly HookKind[] = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

/** The hooks (config.md, POSIX-platform Hooks). Without arguments a hook gets its path as the first, as every program does. */
export const lowerHooks = (hooks: Hooks | undefined): Step[] =>
  KINDS.flatMap((kind) =>
    (hooks?.[kind] ?? []).flatMap(({ path, args, env = [], timeout = 0 }, at) => {
      const from = `hooks.${kind}[${at}]`;
      return [
        step(from, "hook", kind, path, timeout * 1000),
        ...(args?.length ? args : [path]).map((value) => step(`${from}.args`, "hook-arg", value)),
        ...env.map((value) => step(`${from}.env`, "hook-env", value)),
      ];
    }),
  );
