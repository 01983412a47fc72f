import fc, { type Arbitrary } from "fast-check";

import { AGENT, bundleOf, HOOK_RECORDS, INSIDE_AGENT } from "../../runners/runtime/case.js";
import type { HostFacts } from "../../runners/runtime/host.js";
import type { Hook, Hooks } from "../../spec/runtime/config.js";
import { has } from "../../spec/runtime/releases.js";
import { maybe } from "../choices.js";
import { record } from "./choose.js";
import { env } from "./process/env.js";

export const HOOK_KINDS = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"] as const;

export type HookKind = (typeof HOOK_KINDS)[number];

/** Where a hook's program lies: all but startContainer's are found in the runtime's namespace. */
export const hookPath = (kind: HookKind): string => (kind === "startContainer" ? INSIDE_AGENT : AGENT);

/** Where the hooks that run inside leave their records; beside it lies the mark that the user's program makes. */
const INSIDE_RECORDS = "/.oci/hooks";
const STARTED = ".oci/started";

/**
 * A hook that records its run under a name, which must be unique in its case. `extra` are more options of `agent hook`:
 * `--exit N`, `--sleep-ms N`, `--ignore-stdin`, `--signal N`. `container` is the position of its container in the case.
 */
export const recordingHook = (
  kind: HookKind,
  name: string,
  extra: readonly string[] = [],
  container = 0,
): Hook & { readonly args: readonly string[] } => ({
  path: hookPath(kind),
  args: [
    ...["agent", "hook", "--name", name],
    ...(kind === "startContainer"
      ? ["--dir", INSIDE_RECORDS]
      : ["--dir", HOOK_RECORDS, "--marker", `${bundleOf(container)}/rootfs/${STARTED}`]),
    ...extra,
  ],
});

const options = (): Arbitrary<Pick<Hook, "env" | "timeout">> =>
  record({ env: maybe(env(3)), timeout: maybe(fc.integer({ min: 5, max: 60 })) });

/** The kinds of hooks of a release. */
export const hookKinds = (release: string): readonly HookKind[] => HOOK_KINDS.filter((kind) => has(release, `hooks.${kind}`));

/** `hooks`: up to two of each kind; they record their runs as `prestart-0` and so on. */
export const hooks = (_host: HostFacts, release: string, prefix = ""): Arbitrary<Hooks> =>
  fc
    .tuple(
      ...hookKinds(release).map((kind) =>
        maybe(fc.array(options(), { maxLength: 2 })).map((list): [HookKind, Hook[]] => [
          kind,
          (list ?? []).map((drawn, at) => ({ ...recordingHook(kind, `${prefix}${kind}-${at}`), ...drawn })),
        ]),
      ),
    )
    .map((kinds) => Object.fromEntries(kinds.filter(([, list]) => list.length > 0)));
