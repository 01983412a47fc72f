import type { HookKind } from "../../../../generators/runtime/hooks.js";
import hookInput from "../../../../suites/runtime/lifecycle/hook-input.js";
import whenCalled from "../../../../suites/runtime/lifecycle/hooks.js";
import { joined } from "../fixture.js";

/** The sections of hooks but for those that fail. */
export const hooks = joined(whenCalled, hookInput);

/** `createRuntime` as the ids spell it: `create-runtime`. */
export const kebab = (kind: HookKind): string => kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
