import fc, { type Arbitrary } from "fast-check";
import { text } from "./process/env.js";

const part = (): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-_"), minLength: 1, maxLength: 10 });

/** `annotations`: keys in reverse domain notation of a domain that no runtime listens to, any values. */
export const annotations = (): Arbitrary<Record<string, string>> =>
  fc
    .uniqueArray(fc.tuple(part(), text()), { maxLength: 4, selector: ([key]) => key })
    .map((pairs) => Object.fromEntries(pairs.map(([key, value]) => [`org.example.${key}`, value])));
