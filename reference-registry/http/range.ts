/** The bytes that a client asked for: a part, all of them, or none that there are. */
export type Wanted = { readonly start: number; readonly end: number } | "all" | "unsatisfiable";

/**
 * Reads a Range header for content of that size (RFC 9110, section 14). What is malformed, of another unit or of several
 * ranges is answered with everything, which the RFC allows and every client understands.
 */
export function rangeOf(header: string | undefined, size: number): Wanted {
  const match = header === undefined ? null : /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header);
  if (!match) return "all";
  const [, from = "", to = ""] = match;
  if (from === "") {
    if (to === "") return "all";
    const length = Math.min(Number(to), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(from);
  if (to !== "" && Number(to) < start) return "all";
  if (start >= size) return "unsatisfiable";
  return { start, end: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}

/** Whether an If-Match or If-None-Match header names this entity tag (weak comparison; RFC 9110, section 13.1). */
export function matches(header: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}
