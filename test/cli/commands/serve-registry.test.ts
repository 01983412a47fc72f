import { createServer } from "node:net";
import { join } from "node:path";
import t from "tap";
import { spawnRegistry } from "../../reference-registry/process.js";
import { conform } from "../process.js";

t.test("serves until it is told to stop", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const { client, end } = await spawnRegistry(t, ["--dir", t.testdir()]);
    t.match(client.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    t.equal((await client.get("/v2/")).status, 200);
    t.equal(await end(signal), 0, signal);
  }
});

t.test("takes its password from the environment", async (t) => {
  const args = ["--dir", t.testdir(), "--auth", "basic", "--user", "ada"];
  const { client } = await spawnRegistry(t, args, { OCI_CONFORM_REGISTRY_PASSWORD: "secret" });
  t.equal((await client.get("/v2/")).status, 401);
  const Authorization = `Basic ${Buffer.from("ada:secret").toString("base64")}`;
  t.equal((await client.get("/v2/", { Authorization })).status, 200);
});

t.test("lists its faults, and has them", async (t) => {
  const { code, stdout } = await conform("serve-registry", "--list-faults");
  t.equal(code, 0);
  t.match(stdout, /^base-missing +registry\.general\.base-ok$/m);
  const { client } = await spawnRegistry(t, ["--dir", t.testdir(), "--fault", "base-missing"]);
  t.equal((await client.get("/v2/")).status, 404);
});

t.test("lists what can be chosen otherwise, and chooses it", async (t) => {
  const { code, stdout } = await conform("serve-registry", "--list-choices");
  t.equal(code, 0);
  t.match(stdout, /^no-tag-deletion$/m);
  t.match(stdout, /^no-ranges +registry\.blob\.range$/m);
  const { client } = await spawnRegistry(t, ["--dir", t.testdir(), "--choose", "no-tag-deletion", "--no-fsync"]);
  t.equal((await client.send("DELETE", "/v2/a/manifests/x")).status, 400);
});

t.test("bad use", async (t) => {
  const dir = t.testdir({ file: "" });
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  t.teardown(() => taken.close());
  const address = taken.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  for (const [args, said] of [
    [[], /--dir is needed/],
    [["--dir", dir, "--port", "x"], /whole number from 0 to 65535/],
    [["--dir", dir, "--port", port], /cannot start.*EADDRINUSE/],
    [["--dir", join(dir, "file"), "--port", "0"], /cannot start/],
    [["--dir", dir, "--fault", "none"], /--fault none: there is none.*--list-faults/],
    [["--dir", dir, "--choose", "none"], /--choose none: there is none.*--list-choices/],
    [["--dir", dir, "--auth", "none"], /basic, bearer/],
    [["--dir", dir, "--auth", "basic"], /needs --user/],
    [["--dir", dir, "--auth", "basic", "--user", "ada"], /OCI_CONFORM_REGISTRY_PASSWORD/],
    [["--dir", dir, "--user", "ada"], /only with --auth/],
    [["--dir", dir, "--tls-cert", "x"], /only together/],
    [["--dir", dir, "--tls-cert", "/no/such", "--tls-key", "/no/such"], /--tls-cert \/no\/such: ENOENT/],
    [["--dir", dir, "--tls-cert", join(dir, "file"), "--tls-key", join(dir, "file"), "--port", "0"], /cannot be read: .*PEM/],
  ] as const) {
    const { code, stdout, stderr } = await conform("serve-registry", ...args);
    t.equal(code, 64, args.join(" "));
    t.equal(stdout, "");
    t.match(stderr, /^oci-conform: [^\n]+\n$/);
    t.match(stderr, said);
  }
});
