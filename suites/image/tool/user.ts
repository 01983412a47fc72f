import type { ImageCase, Json } from "../../../runners/image/case.js";
import { contentBytes } from "../../../runners/image/content.js";
import { applyLayers } from "../model/model.js";
import { LAST_INT32 } from "../model/reach.js";
import { normalize, resolve, type Tree } from "../model/tree.js";

/*
 * Who an image is to run as: config.md, "User", and conversion.md, "Config.User". Names are looked up in the image's own files of
 * users and groups, as the layers leave them.
 */

/** What the user, or the group, of User comes to. */
export type Owner =
  /** It is that number; `by` says whether it is written so, or stands in a file of the image. */
  | { readonly number: number; readonly by: "number" | "name" | "default" }
  /** A name, or a number below zero, that the image's files do not have. */
  | { readonly unknown: string }
  | { readonly undecided: string };

/** Who an image is to run as, and in which further groups, where that is decided. */
export interface ImageUser {
  readonly uid: Owner;
  readonly gid: Owner;
  /** The groups of a user by name that list it; undefined where User has a group, or no name. */
  readonly groups?: readonly number[];
  /** Whether the image's files list the user. */
  readonly listed: boolean;
  /** Whether User has a group, whoever that is. */
  readonly hasGroup: boolean;
}

/** The User of an image's config; empty where there is none. */
export function userText({ config: { config } }: ImageCase): string {
  const user = typeof config === "object" && config !== null && "User" in config ? config.User : undefined;
  return typeof user === "string" ? user : "";
}

/** Digits alone; with a sign before them it is something that no user can be. */
const NUMBER = /^\d+$/;
const SIGNED = /^[+-]\d+$/;

/** Links that are followed to a file, at most. */
const HOPS = 8;

/** The text of a file as the layers leave it, links inside of the image followed; undefined where there is none. */
function textAt({ layers }: ImageCase, tree: Tree, path: string): string | undefined {
  let at = path;
  for (let hop = 0; hop < HOPS; hop++) {
    const node = tree.nodes.get(at);
    if (node?.kind !== "symlink") break;
    at = resolve(at, node.target ?? "");
  }
  if (tree.nodes.get(at)?.kind !== "file") return undefined;
  const entry = layers.flatMap(({ entries }) => entries).findLast((each) => each.type === "file" && normalize(each.path).path === at);
  return entry && contentBytes(entry.content).toString();
}

/** The lines of a file of users or groups, cut at their colons. */
const linesOf = (text: string | undefined): string[][] =>
  (text ?? "").split("\n").flatMap((line) => (line === "" ? [] : [line.split(":")]));

/** A number in a file of users or groups. */
const numbered = (text: string | undefined, by: "name" | "default"): Owner =>
  text !== undefined && NUMBER.test(text) ? { number: Number(text), by } : { undecided: "the image's file has no number for it" };

/** What a user or a group is that User names. */
function owner(word: string, lines: readonly string[][]): Owner {
  if (NUMBER.test(word)) return { number: Number(word), by: "number" };
  if (word === "") return { undecided: "User leaves it empty" };
  const line = lines.find(([name]) => name === word);
  return line ? numbered(line[2], "name") : { unknown: word };
}

/** Who the image is to run as; undefined where its User is empty, or not of any form that a config may have. */
export function imageUser(subject: ImageCase): ImageUser | undefined {
  const [user = "", group, ...more] = userText(subject).split(":");
  if (userText(subject) === "" || more.length > 0) return undefined;
  const tree = applyLayers(subject.layers);
  const users = linesOf(textAt(subject, tree, "etc/passwd"));
  const groups = linesOf(textAt(subject, tree, "etc/group"));
  const uid = owner(user, users);
  const own = "number" in uid ? users.find(([name, , id]) => (uid.by === "number" ? id === user : name === user)) : undefined;
  const listed = own !== undefined;
  if (group !== undefined) return { uid, gid: owner(group, groups), listed, hasGroup: group !== "" };
  const gid = own ? numbered(own[3], "default") : { undecided: "no sentence says which group a user has whom the image does not list" };
  const members = groups.flatMap(([, , id, names = ""]) => (names.split(",").includes(user) && NUMBER.test(id ?? "") ? [Number(id)] : []));
  return { uid, gid, listed, hasGroup: false, ...("number" in uid && uid.by === "name" ? { groups: members } : {}) };
}

/** Whether the image is to run as somebody whose number only the image, or nobody, knows. */
export const isByName = (subject: ImageCase): boolean => !/^(?:\d+(?::\d+)?)?$/.test(userText(subject));

/** Why a tool need not be able to say which user the image is to run as; undefined where it must. */
export function userBeyondReach(subject: ImageCase): string | undefined {
  const user = imageUser(subject);
  if (userText(subject) !== "" && !user) return "User is of no form that a config may have";
  for (const each of user ? [user.uid, user.gid] : []) {
    if ("number" in each && each.number > LAST_INT32) return "User is a number beyond 31 bits, which not every tool holds";
    if ("unknown" in each) return "User names somebody whom the image does not list";
    if ("undecided" in each && each === user?.gid && userText(subject).includes(":")) return each.undecided;
    if ("undecided" in each && each === user?.uid) return each.undecided;
  }
  return undefined;
}

/**
 * Whether an image's User is one that the container does not have, so that it must be refused. A number below zero is none; who writes
 * it down as it is has done what is said of numbers.
 */
export function userUnknown(subject: ImageCase, runtimeUid: Json | undefined): boolean {
  const uid = imageUser(subject)?.uid;
  if (uid === undefined || !("unknown" in uid)) return false;
  return !(SIGNED.test(uid.unknown) && runtimeUid === Number(uid.unknown));
}
