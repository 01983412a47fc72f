/**
 * Faults that cannot be had by changing a request or an answer: the code that they break asks for them by name, each in one
 * place.
 */
export type HookName = "none";

/** The hooks that are on. */
export type Hooks = ReadonlySet<HookName>;
