/** What differs from run to run by itself: times, names and addresses that are made up, process ids. */
const VOLATILE = /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?|[0-9a-f]{8}-[0-9a-f-]{27}|0x[0-9a-f]+|(?=[0-9a-f]*\d)[0-9a-f]{10,}/gi;

/** A value without what no comparison of two runs may rest on; a config's version follows the release that it is judged by. */
export function settled(value: unknown): unknown {
  if (typeof value === "string") return value.replace(VOLATILE, "*");
  if (typeof value === "number") return Number(String(value).replace(VOLATILE, "0"));
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key.replace(VOLATILE, "*"), key === "pid" || key === "ociVersion" ? "*" : settled(entry)]),
  );
}
