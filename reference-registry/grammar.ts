import { createHash, type Hash } from "node:crypto";

/** Hash algorithms that content can be addressed by (image spec, descriptor.md#registered-algorithms). */
export const ALGORITHMS = ["sha256", "sha512"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

declare const checked: unique symbol;
/** A well-formed repository name, which is safe as a relative path (spec.md#pulling-manifests). */
export type Name = string & { readonly [checked]: "name" };
/** A well-formed tag, which is safe as a file name (spec.md#pulling-manifests). */
export type Tag = string & { readonly [checked]: "tag" };
/** A digest by an algorithm that is supported, whose encoded part has the right form. */
export type Digest = string & { readonly [checked]: "digest" };

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
const SUPPORTED = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** The length that clients allow a host and a name to have together; also what a file system allows a component. */
export const NAME_LIMIT = 255;

export const isName = (text: string): text is Name => text.length <= NAME_LIMIT && NAME.test(text);
export const isTag = (text: string): text is Tag => TAG.test(text);
/** Whether this registry can have content of that digest. */
export const isDigest = (text: string): text is Digest => SUPPORTED.test(text);
/** Longer ones fit into no header. */
const DIGEST_LIMIT = 512;
/** An algorithm that we do not know may have any encoding; one that we know has exactly one. */
export const isWellFormedDigest = (text: string): boolean =>
  /^sha(?:256|512):/.test(text) ? SUPPORTED.test(text) : text.length <= DIGEST_LIMIT && DIGEST.test(text);
export const isAlgorithm = (text: string): text is Algorithm => (ALGORITHMS as readonly string[]).includes(text);

export const algorithmOf = (digest: Digest): Algorithm => (digest.startsWith("sha512:") ? "sha512" : "sha256");
export const encodedOf = (digest: Digest): string => digest.slice(7);
export const digestFrom = (algorithm: Algorithm, hash: Hash): Digest => `${algorithm}:${hash.digest("hex")}` as Digest;
export const digestOf = (algorithm: Algorithm, bytes: Uint8Array): Digest => digestFrom(algorithm, createHash(algorithm).update(bytes));
