import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer, type TLSSocket } from "node:tls";
import t, { type Test } from "tap";
import { certify } from "../../../runners/client/certificate/certificate.js";

const NAMES = ["127.0.0.1", "127.0.0.2", "localhost"];
const { ca, cert, key } = certify(NAMES);

/** Whether a server with the certificate is trusted under a name. */
async function trusts(t: Test, name: string, authority: string): Promise<boolean> {
  const server = createServer({ cert, key }, (socket) => socket.end()).listen(0, "127.0.0.1");
  server.on("tlsClientError", () => undefined);
  t.teardown(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const options = name === "localhost" || !/^\d/.test(name) ? { servername: name } : {};
  const socket: TLSSocket = connect({
    port,
    host: "127.0.0.1",
    ca: authority,
    ...options,
    checkServerIdentity: (_, peer) => {
      const { subjectaltname = "" } = peer;
      return subjectaltname.split(", ").some((each) => each === `IP Address:${name}` || each === `DNS:${name}`)
        ? undefined
        : new Error("another name");
    },
  });
  try {
    await once(socket, "secureConnect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

t.test("a server with it is trusted by who trusts the authority, under its names alone", async (t) => {
  for (const name of NAMES) t.equal(await trusts(t, name, ca), true, name);
  t.equal(await trusts(t, "127.0.0.3", ca), false, "another address");
  t.equal(await trusts(t, "example.org", ca), false, "another name");
  t.equal(await trusts(t, "127.0.0.1", certify(NAMES).ca), false, "another authority");
});

t.test("it says what it is for", async (t) => {
  const [authority, server] = [new X509Certificate(ca), new X509Certificate(cert)];
  t.equal(authority.ca, true);
  t.equal(server.ca, false);
  t.ok(server.checkIssued(authority));
  t.ok(server.verify(authority.publicKey));
  t.same([server.checkIP("127.0.0.2"), server.checkIP("127.0.0.3"), server.checkHost("localhost")], ["127.0.0.2", undefined, "localhost"]);
  t.same(server.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  t.ok(Date.parse(server.validFrom) < Date.now() && Date.now() < Date.parse(server.validTo));
});

const openssl = spawnSync("openssl", ["version"]).status === 0;
t.test("openssl verifies it, as strictly as it can", { skip: openssl ? false : "needs openssl" }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const [authority, server] = ["ca.pem", "cert.pem"].map((name) => join(directory, name)) as [string, string];
  writeFileSync(authority, ca);
  writeFileSync(server, cert);
  const verify = (...more: readonly string[]) =>
    spawnSync("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority, ...more, server], { encoding: "utf8" });
  const { status, stderr } = verify("-verify_ip", "127.0.0.1");
  t.equal(status, 0, stderr);
  t.not(verify("-verify_ip", "127.0.0.9").status, 0);
});
