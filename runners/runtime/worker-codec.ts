import { HarnessError } from "../../spec/errors.js";
import { frameOf, messagesOf } from "./frames.js";
import type { Exit, StatResult } from "./observation.js";
import type { Action, Answer } from "./protocol.js";

/** A field of a message: text, number, or bytes. */
type Field = string | number;

/** The fields of an action in the order that the worker expects; a list comes last. */
function fieldsOf(action: Action): readonly Field[] {
  switch (action.do) {
    case "mkdir":
    case "agent":
      return [action.do, action.path, action.mode, action.uid, action.gid];
    case "file":
      return [action.do, action.path, action.mode, action.uid, action.gid, action.content];
    case "symlink":
      return [action.do, action.path, action.target];
    case "node":
      return [action.do, action.path, action.type, action.major, action.minor, action.mode, action.uid, action.gid];
    case "mount":
      return [action.do, action.source, action.target, action.type, action.flags, action.data];
    case "namespace":
      return [action.do, action.path, action.type];
    case "interface":
      return [action.do, action.name, action.up ? 1 : 0, action.mtu ?? 0, (action.alternativeNames ?? []).join(" "), ...action.addresses];
    case "console":
    case "report":
      return [action.do, action.path, action.slot];
    case "seccomp-agent":
      return [action.do, action.path, action.errno];
    case "run":
      return [action.do, action.timeoutMs, action.slot, action.umask, action.cwd, action.nulls ?? "", action.background, ...action.argv];
    case "ask-pid":
      return [action.do, action.timeoutMs, -1, 0o022, "/", "", action.name, ...action.argv];
    case "join":
      return [action.do, action.key];
    case "set":
      return [action.do, action.name, action.path];
    case "set-cgroups":
      return [action.do, action.name, action.pid];
    case "read":
      return [action.do, action.path, action.max];
    case "read-all":
      return [action.do, action.path, action.suffix, action.max];
    case "write":
      return [action.do, action.path, action.data];
    case "cgroup":
    case "readlink":
    case "stat":
    case "list":
      return [action.do, action.path];
    case "tree":
      return [action.do, action.path, ...action.leftOut];
    case "await-line":
      return [action.do, action.slot, action.mark, action.pid, action.timeoutMs];
    case "await-exit":
      return [action.do, action.pid, action.timeoutMs];
    case "output":
      return [action.do, action.slot, action.timeoutMs];
    case "terminal":
      return [action.do, action.slot];
    case "seccomp-deliveries":
    case "clean":
      return [action.do];
  }
}

/** Encodes a batch as one frame. */
export const encode = (actions: readonly Action[]): Buffer => frameOf(actions.map((action) => fieldsOf(action).map(String)));

/** Reads the fields of one message, in order. */
class Fields {
  readonly #bytes: readonly Buffer[];
  #at = 0;
  constructor(bytes: readonly Buffer[]) {
    this.#bytes = bytes;
  }
  bytes(): Buffer {
    const field = this.#bytes[this.#at++];
    if (!field) throw new HarnessError("the worker's answer is too short");
    return field;
  }
  text(): string {
    return this.bytes().toString("utf8");
  }
  number(): number {
    return Number(this.text());
  }
  flag(): boolean {
    return this.text() === "1";
  }
  get left(): number {
    return this.#bytes.length - this.#at;
  }
  /** A count, then so many entries. */
  list<T>(entry: () => T): T[] {
    return Array.from({ length: this.number() }, entry);
  }
  numbers(): number[] {
    const text = this.text();
    return text === "" ? [] : text.split(",").map(Number);
  }
}

function exitOf(fields: Fields): Exit {
  const kind = fields.text();
  const detail = fields.text();
  switch (kind) {
    case "exited":
      return { kind, code: Number(detail) };
    case "signaled":
      return { kind, signal: detail };
    case "unstartable":
      return { kind, errno: detail };
    case "timeout":
      return { kind };
    default:
      throw new HarnessError(`the worker named an exit of kind ${kind}`);
  }
}

const STAT_TYPES: readonly StatResult["type"][] = ["file", "dir", "symlink", "char", "block", "fifo", "socket"];

function statOf(fields: Fields): StatResult {
  const name = fields.text();
  const type = STAT_TYPES.find((known) => known === name) ?? "file";
  const [mode, uid, gid, major, minor, size, nlink] = [0, 0, 0, 0, 0, 0, 0].map(() => fields.number());
  const number = (value: number | undefined): number => value ?? 0;
  return {
    type,
    mode: number(mode),
    uid: number(uid),
    gid: number(gid),
    major: number(major),
    minor: number(minor),
    size: number(size),
    nlink: number(nlink),
    dev: fields.text(),
    ino: fields.text(),
  };
}

function answerOf(fields: Fields): Answer {
  const kind = fields.text();
  switch (kind) {
    case "ok":
    case "unset":
    case "started":
      return { kind };
    case "error":
      return { kind, errno: fields.text(), step: fields.text() };
    case "ran":
      return {
        kind,
        exit: exitOf(fields),
        stdout: fields.bytes(),
        stderr: fields.bytes(),
        startedNs: fields.text(),
        endedNs: fields.text(),
      };
    case "bytes":
      return { kind, bytes: fields.bytes() };
    case "names":
      return { kind, names: Array.from({ length: fields.left }, () => fields.text()) };
    case "contents":
      return { kind, contents: Array.from({ length: fields.left }, () => fields.bytes()) };
    case "stat":
      return { kind, stat: statOf(fields) };
    case "awaited": {
      const outcome = fields.text();
      if (outcome !== "ready" && outcome !== "exited" && outcome !== "timeout") throw new HarnessError(`the worker awaited ${outcome}`);
      return { kind, outcome, exit: fields.left > 0 ? exitOf(fields) : null };
    }
    case "output":
      return { kind, stdout: fields.bytes(), stderr: fields.bytes(), ended: fields.flag() };
    case "terminal":
      return { kind, rows: fields.number(), columns: fields.number() };
    case "seccomp":
      return {
        kind,
        deliveries: Array.from({ length: fields.left / 6 }, () => ({
          path: fields.text(),
          payload: fields.bytes(),
          fdsPerMessage: fields.numbers(),
          closedByRuntime: fields.flag(),
          isNotifyFd: fields.flag(),
          notifications: fields.numbers(),
        })),
      };
    case "cleaned":
      return {
        kind,
        processes: fields.list(() => ({ pid: fields.number(), comm: fields.text() })),
        mounts: fields.list(() => fields.text()),
        cgroups: fields.list(() => fields.text()),
        interfaces: fields.list(() => fields.text()),
        devices: fields.list(() => fields.text()),
      };
    default:
      throw new HarnessError(`the worker answered ${kind}`);
  }
}

/** Decodes the payload of a frame. @throws HarnessError when it is malformed. */
export const decode = (payload: Buffer): Answer[] => messagesOf(payload).map((fields) => answerOf(new Fields(fields)));
