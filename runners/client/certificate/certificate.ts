/** An authority and a server's certificate, made for one run: Node has nothing that makes any (RFC 5280). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import { bits, boolean, explicit, implicit, integer, octets, oid, sequence, set, time, utf8 } from "./der.js";

/** PEM texts. */
export interface Certified {
  /** The authority's certificate, which clients are to trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface Party {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));

const party = (name: string): Party => ({ name, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) });
const nameOf = (text: string): Buffer => sequence(set(sequence(oid("2.5.4.3"), utf8(text))));
const spkiOf = ({ publicKey }: Party): Buffer => publicKey.export({ type: "spki", format: "der" });
/** Any bytes that stand for the key alone. */
const keyId = (of: Party): Buffer => createHash("sha256").update(spkiOf(of)).digest().subarray(0, 20);

const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

/** One name of a subject (RFC 5280, section 4.2.1.6): an IPv4 address, or the name of a host. */
const alternative = (name: string): Buffer =>
  isIP(name) === 4 ? implicit(7, Buffer.from(name.split(".").map(Number))) : implicit(2, Buffer.from(name));

/** The extensions of an authority, or of a server that has these names. */
const extensionsOf = (subject: Party, issuer: Party, names: readonly string[] | undefined): readonly Buffer[] => [
  extension("2.5.29.19", names ? sequence() : sequence(boolean(true)), true),
  // digitalSignature for a server; keyCertSign and cRLSign for an authority.
  extension("2.5.29.15", names ? bits(Buffer.from([0x80]), 7) : bits(Buffer.from([0x06]), 1), true),
  extension("2.5.29.14", octets(keyId(subject))),
  extension("2.5.29.35", sequence(implicit(0, keyId(issuer)))),
  ...(names
    ? [extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))), extension("2.5.29.17", sequence(...names.map(alternative)))]
    : []),
];

function certificate(subject: Party, issuer: Party, names?: readonly string[]): string {
  const now = Date.now();
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const signed = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    nameOf(issuer.name),
    // Clocks may differ a little, and no run lasts a month.
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + 30 * DAY_MS))),
    nameOf(subject.name),
    spkiOf(subject),
    explicit(3, sequence(...extensionsOf(subject, issuer, names))),
  );
  const whole = sequence(signed, ECDSA_WITH_SHA256, bits(sign("sha256", signed, issuer.privateKey)));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** Makes an authority and, by it, a server's certificate for these addresses and names of hosts. Good for a month. */
export function certify(names: readonly string[]): Certified {
  const authority = party("oci-conform, an authority for one run");
  const server = party("oci-conform");
  return {
    ca: certificate(authority, authority),
    cert: certificate(server, authority, names),
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
