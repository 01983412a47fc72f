import type { Attempt } from "./case.js";

/** What stands in a field as it is. */
const PLAIN = /^[!-$&-~]*$/;

/** Bytes that would end a field or a line, and `%` itself, as %XX; so is everything beyond ASCII. */
const encodeField = (field: string): string =>
  PLAIN.test(field)
    ? field
    : [...Buffer.from(field, "utf8")]
        .map((byte) => (byte > 0x20 && byte < 0x7f && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`))
        .join("");

/** The fields of an attempt in the order that the probe expects, after its name. */
function fieldsOf(attempt: Attempt): readonly (string | number)[] {
  switch (attempt.do) {
    case "read":
      return [attempt.path, attempt.max ?? ""];
    case "write":
      return [attempt.path, attempt.data];
    case "create":
    case "mkdir":
    case "unlink":
    case "stat":
    case "readlink":
    case "list":
    case "umount":
    case "atime":
    case "setuid-exec":
    case "openpty":
      return [attempt.path];
    case "chown":
      return [attempt.path, attempt.uid, attempt.gid];
    case "device":
      return [attempt.path, attempt.mode];
    case "mknod":
      return [attempt.path, attempt.type, attempt.major, attempt.minor];
    case "mount":
      return [attempt.source, attempt.target, attempt.type, attempt.flags, attempt.data ?? ""];
    case "exec":
      return [attempt.path, ...attempt.args];
    case "syscall":
      return [attempt.nr, ...attempt.args.map((arg) => (typeof arg === "string" ? `s${arg}` : `n${arg}`))];
    case "fork":
      return [attempt.count];
    case "allocate":
      return [attempt.bytes];
    case "sethostname":
      return [attempt.name];
    case "shm":
      return [attempt.key, attempt.create ? 1 : 0];
    case "kill":
      return [attempt.pid, attempt.signal];
    case "interfaces":
      return [];
  }
}

/** Writes attempts as the probe reads them: a line each, fields separated by tabs and percent-encoded. */
export const encodeAttempts = (attempts: readonly Attempt[]): string =>
  attempts.map((attempt) => `${[attempt.do, ...fieldsOf(attempt)].map((field) => encodeField(String(field))).join("\t")}\n`).join("");
