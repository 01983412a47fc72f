import fc, { type Arbitrary } from "fast-check";
import type { Entry } from "../../../runners/image/case.js";
import { attributes } from "./attributes.js";
import { content } from "./content.js";
import type { Kind } from "./entries.js";
import { fileName } from "./names.js";
import { buildLayers, type Step } from "./steps.js";
import { style } from "./style.js";

/** A number that chooses among what is there. */
const pick = (): Arbitrary<number> => fc.nat(31);

const kind = (): Arbitrary<Kind> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: fc.constantFrom<Kind>("file", "dir") },
    { weight: 3, arbitrary: fc.constantFrom<Kind>("symlink", "fifo", "char", "block") },
  );

const record = <T>(properties: { [Key in keyof T]: Arbitrary<T[Key]> }): Arbitrary<T> => fc.record(properties, { noNullPrototype: true });

/** Something new. */
export const addition = (): Arbitrary<Step> =>
  fc.oneof(
    { withCrossShrink: true },
    {
      weight: 8,
      arbitrary: record<Extract<Step, { do: "add" }>>({
        do: fc.constant("add"),
        kind: kind(),
        in: pick(),
        name: fileName(),
        is: attributes(),
        content: content(),
        to: pick(),
      }),
    },
    { weight: 1, arbitrary: record<Step>({ do: fc.constant("deep" as const), in: pick(), name: fileName() }) },
    { weight: 1, arbitrary: record<Step>({ do: fc.constant("root" as const), is: attributes() }) },
    {
      weight: 2,
      arbitrary: record<Step>({ do: fc.constant("link" as const), pick: pick(), across: fc.constant(false), in: pick(), name: fileName() }),
    },
  );

/** A change to what is below: modified, of another kind, removed, hidden, linked to; or something new. */
export const change = (): Arbitrary<Step> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: addition() },
    {
      weight: 5,
      arbitrary: record<Extract<Step, { do: "change" }>>({
        do: fc.constant("change"),
        pick: pick(),
        kind: fc.oneof(fc.constant("same" as const), kind()),
        is: attributes(),
        content: content(),
        to: pick(),
      }),
    },
    { weight: 4, arbitrary: record<Step>({ do: fc.constant("whiteout" as const), pick: pick() }) },
    { weight: 2, arbitrary: record<Step>({ do: fc.constant("opaque" as const), pick: pick() }) },
    {
      weight: 1,
      arbitrary: record<Step>({ do: fc.constant("link" as const), pick: pick(), across: fc.constant(true), in: pick(), name: fileName() }),
    },
  );

/** What becomes of a tree: the layers' entries, lowest first, each a change set to the tree below it. Shrinks to one file. */
export const changeSets = (maxLayers = 4, maxSteps = 8): Arbitrary<Entry[][]> =>
  fc
    .tuple(
      record({ steps: fc.array(addition(), { minLength: 1, maxLength: maxSteps, size: "max" }), style: style() }),
      fc.array(record({ steps: fc.array(change(), { minLength: 1, maxLength: maxSteps, size: "max" }), style: style() }), {
        maxLength: maxLayers - 1,
        size: "max",
      }),
    )
    .map(([base, rest]) => buildLayers([base, ...rest]).filter((entries, at) => at === 0 || entries.length > 0));
