/** The parts of a digest (descriptor.md#digests). */
export interface Digest {
  readonly algorithm: string;
  readonly encoded: string;
}

export const ALGORITHM = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*$/;
export const ENCODED = /^[a-zA-Z0-9=_-]+$/;

/** The parts of a digest, whatever its algorithm; undefined for what is none by the grammar. */
export function parseDigest(text: string): Digest | undefined {
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  const [algorithm, encoded] = [text.slice(0, colon), text.slice(colon + 1)];
  return ALGORITHM.test(algorithm) && ENCODED.test(encoded) ? { algorithm, encoded } : undefined;
}

/** The algorithms that are registered, and how many hexadecimal digits a hash of each has (descriptor.md#registered-algorithms). */
export const REGISTERED = { sha256: 64, sha512: 128, blake3: 64 } as const;

const RESTRICTED_NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}";

/** A media type without parameters, named by RFC 6838 section 4.2. */
export const MEDIA_TYPE = new RegExp(`^${RESTRICTED_NAME}/${RESTRICTED_NAME}$`);

const URI =
  /^([A-Za-z][A-Za-z0-9+.-]*):(?:[A-Za-z0-9._~:/?[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$/;

/** The scheme of a URI (RFC 3986) in lowercase; undefined for what is none. */
export const schemeOf = (text: string): string | undefined => URI.exec(text)?.[1]?.toLowerCase();

/** Standard base64 with padding (RFC 4648 section 4). */
export const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))$/;

/** Whether a text is a date and time by RFC 3339 section 5.6, in a month that has such a day. */
export function isDateTime(text: string): boolean {
  const parts = DATE_TIME.exec(text)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (!parts) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offsetHour = 0, offsetMinute = 0] = parts;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 60 && offsetHour <= 23 && offsetMinute <= 59;
}

/** What names of references are made of, and how (annotations.md#pre-defined-annotation-keys). */
export const REF_CHARACTERS = /^[A-Za-z0-9._:@/+-]*$/;
const REF_COMPONENT = "[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*";
export const REF = new RegExp(`^${REF_COMPONENT}(?:/${REF_COMPONENT})*$`);

const PATH_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST = "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[0-9A-Fa-f:]+\\])(?::\\d+)?";
const TAG = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}";

/** An image reference: perhaps a registry, a repository, perhaps a tag, perhaps a digest. */
export const IMAGE_REFERENCE = new RegExp(`^(?:${HOST}/)?${PATH_COMPONENT}(?:/${PATH_COMPONENT})*(?::${TAG})?(?:@${DIGEST})?$`);

/** Whether an image reference begins with a registry, rather than with a repository's first component. */
export const isQualified = (reference: string): boolean => {
  const [first = "", ...more] = reference.split("/");
  return more.length > 0 && (/[.:]/.test(first) || first === "localhost");
};

/** Whether a text can be an SPDX license expression: identifiers, joined by AND, OR and WITH, in balanced parentheses. */
export function isLicenseExpression(text: string): boolean {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let open = 0;
  let operand = false;
  for (const token of tokens) {
    if (token === "(") {
      if (operand) return false;
      open++;
    } else if (token === ")") {
      if (!operand || --open < 0) return false;
    } else if (/^(?:AND|OR|WITH|and|or|with)$/.test(token)) {
      if (!operand) return false;
      operand = false;
    } else {
      if (operand || !/^(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9.-]+\+?$/.test(token)) return false;
      operand = true;
    }
  }
  return operand && open === 0;
}

/** Whether a key begins with a domain's name in reverse: two labels at least (annotations.md#rules). No pattern with choices: keys may be long. */
export function isReverseDomain(key: string): boolean {
  const [first = "", second = ""] = key.split(".", 2);
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(first) && /^[A-Za-z0-9_-]/.test(second) && !/\s/.test(key);
}
