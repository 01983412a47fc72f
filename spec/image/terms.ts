/** Whom a statement of the image specification binds: what is stored, or those who read, copy and unpack it. */
export const BINDS = ["content", "consumer", "both"] as const;

export type Binds = (typeof BINDS)[number];
