import fc, { type Arbitrary } from "fast-check";
import { text } from "./process/env.js";

const part = (): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-_"), minLength: 1, maxLength: 10 });

/** Annotations of which no runtime knows anything: keys and values that somebody's parser may stumble over. */
export const ANNOTATIONS: Readonly<Record<string, string>> = {
  "com.example.key": "value",
  "org.example.empty": "",
  "org.example.UPPER-case_0": "text",
  "org.example": "the domain alone",
  "key-without-domain": "text",
  "org.example/with a space": "text",
  "org.example.\u00e9\u{1f600}": "\u00e9\u{1f600}",
  "org.example.json": '{"key": [1, "text", null]}',
  "org.example.lines": "one\ntwo\ttab\r\n",
  "org.example.quotes": "'single' \"double\" \\ $HOME `tick`",
  "org.example.equals": "a=b;c,d",
  "org.example.long": "x".repeat(8192),
  [`org.example.${"long-".repeat(50)}`]: "text",
};

/** `annotations`: keys in reverse domain notation of a domain that no runtime listens to, any values. */
export const annotations = (): Arbitrary<Record<string, string>> =>
  fc
    .uniqueArray(fc.tuple(part(), text()), { maxLength: 4, selector: ([key]) => key })
    .map((pairs) => Object.fromEntries(pairs.map(([key, value]) => [`org.example.${key}`, value])));
