import type { Step } from "../../../runners/registry/case.js";
import type { Choices } from "../../../runners/registry/target.js";
import type { Level } from "../../covering/factors.js";

/** Something that may be done to an object, in whatever state it is. */
export interface Operation<Object> {
  /** What is done, as the end of a sentence: "is pushed by tag". */
  readonly name: string;
  /** What must have been done before, for this to change anything. */
  readonly after: readonly string[];
  /** @param turn 1 or 2: labels are told apart by it */
  readonly steps: (object: Object, turn: number) => readonly Step[];
  /** Why a registry with such choices does not do it; undefined where it does, or where nobody can tell. */
  readonly lacking?: (choices: Choices) => string | undefined;
  /** What can be looked at from then on, beside the object itself. */
  readonly shows?: readonly string[];
}

/** Operations as the levels of a factor. */
export const levelsOf = <Object>(operations: readonly Operation<Object>[], choices: Choices): readonly Level[] =>
  operations.map(({ name, lacking }) => {
    const excluded = lacking?.(choices);
    return excluded === undefined ? { name } : { name, excluded };
  });

/** An operation's preparations, those of the preparations first; each once. */
export function preparationsOf<Object>(
  chosen: readonly Operation<Object>[],
  all: readonly Operation<Object>[],
): readonly Operation<Object>[] {
  const found = new Set<Operation<Object>>();
  const add = ({ after }: Operation<Object>): void => {
    for (const name of after) {
      const needed = all.find((each) => each.name === name);
      if (!needed) throw new Error(`there is no operation "${name}"`);
      add(needed);
      found.add(needed);
    }
  };
  chosen.forEach(add);
  return [...found];
}

export const noManifestDeletion = ({ manifestDelete }: Choices): string | undefined =>
  manifestDelete === true ? undefined : "the registry does not delete manifests";
export const noTagDeletion = ({ tagDelete }: Choices): string | undefined =>
  tagDelete === true ? undefined : "the registry does not delete tags";
export const noBlobDeletion = ({ blobDelete }: Choices): string | undefined =>
  blobDelete === true ? undefined : "the registry does not delete blobs";
