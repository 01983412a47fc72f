import type { ImageCase } from "../../../runners/image/case.js";
import { withoutFeatures } from "./features.js";
import type { ToolView } from "./view.js";

/** The control of a case that has to be refused. */
export const CONTROL = "control";

/** The control of a valid case that is refused with each of its features taken away alone: all of them at once. */
export const PLAIN = "plain";

/** The valid case that a faulty one was made of: without the fault, bare markers, or a user that is not there. */
export function withoutFault({ fault: _, ...subject }: ImageCase): ImageCase {
  const { config, ...properties } = subject.config;
  const { User: __, ...execution } = typeof config === "object" && config !== null && "User" in config ? config : { User: "" };
  return {
    ...subject,
    config: config === undefined ? properties : { ...properties, config: execution },
    layers: subject.layers.map((layer) => ({ ...layer, entries: layer.entries.filter(({ path }) => !/(?:^|\/)\.wh\.$/.test(path)) })),
  };
}

/**
 * The further cases without which a refusal shows nothing: that a tool refuses a fault counts only when it takes the same
 * image without it; and a valid image that it refuses is tried without each of its features.
 */
export function controlsFor({ case: subject, ending, refuse, mayRefuse, features }: ToolView): readonly (readonly [string, ImageCase])[] {
  // Who hangs or falls over refuses nothing.
  if (ending !== "refused") return [];
  if (refuse.length > 0) return [[CONTROL, withoutFault(subject)]];
  if (mayRefuse.length > 0) return [];
  const plain: readonly (readonly [string, ImageCase])[] = features.length > 1 ? [[PLAIN, withoutFeatures(subject)]] : [];
  return [...features.map(({ id, without }) => [id, without(subject)] as const), ...plain];
}
