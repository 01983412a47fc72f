import fc, { type Arbitrary } from "fast-check";

import { AGENT, INSIDE_AGENT } from "../../runners/runtime/case.js";
import type { HostFacts } from "../../runners/runtime/host.js";
import type { Hook, Hooks } from "../../spec/runtime/config.js";
import { has } from "../../spec/runtime/releases.js";
import { compact, maybe, record, someEntries } from "./choose.js";
import { env } from "./env.js";

export const HOOK_KINDS = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"] as const;

export type HookKind = (typeof HOOK_KINDS)[number];

/** Where a hook's program lies: all but startContainer's are found in the runtime's namespace. */
export const hookPath = (kind: HookKind): string => (kind === "startContainer" ? INSIDE_AGENT : AGENT);

/** A hook that records its run under a name, which must be unique in its case; `extra` are more options of `agent hook`. */
export const recordingHook = (
  kind: HookKind,
  name: string,
  extra: readonly string[] = [],
): Hook & { readonly args: readonly string[] } => ({
  path: hookPath(kind),
  args: ["agent", "hook", "--name", name, ...extra],
});

const hook = (kind: HookKind): Arbitrary<Hook> =>
  record({ env: maybe(env(3)), timeout: maybe(fc.integer({ min: 5, max: 60 })) }).map((parts) => ({
    ...recordingHook(kind, kind),
    ...compact(parts),
  }));

/** The kinds of hooks of a release. */
export const hookKinds = (release: string): readonly HookKind[] => HOOK_KINDS.filter((kind) => has(release, `hooks.${kind}`));

/** `hooks`: up to two of each kind; they record their runs as `prestart-0` and so on. */
export const hooks = (_host: HostFacts, release: string, prefix = ""): Arbitrary<Hooks> =>
  someEntries(Object.fromEntries(hookKinds(release).map((kind) => [kind, fc.array(hook(kind), { minLength: 1, maxLength: 2 })]))).map(
    (all) =>
      Object.fromEntries(Object.entries(all).map(([kind, list]) => [kind, list.map((one, at) => named(one, `${prefix}${kind}-${at}`))])),
  );

const named = (one: Hook, name: string): Hook => ({ ...one, args: ["agent", "hook", "--name", name] });
