import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";

/** Why there is no certificate to be had; false where there is. */
export const withoutOpenssl: string | false = spawnSync("openssl", ["version"]).status === 0 ? false : "needs openssl";

/** A key and a certificate for 127.0.0.1 that signs itself, made by openssl in a directory; `file` is where the certificate is. */
export function selfSigned(t: Test, dir: string): { readonly key: string; readonly cert: string; readonly file: string } {
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(dir, name)) as [string, string];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const made = spawnSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", cert, ...subject], { encoding: "utf8" });
  t.equal(made.status, 0, made.stderr);
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8"), file: cert };
}
