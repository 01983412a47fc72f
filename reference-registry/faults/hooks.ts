/**
 * Faults that cannot be had by changing a request or an answer: the code that they break asks for them by name, each in one
 * place.
 */
export type HookName = "digest-not-verified" | "expect-ignored" | "subject-must-exist" | "unknown-method-400";

/** The hooks that are on. */
export type Hooks = ReadonlySet<HookName>;
