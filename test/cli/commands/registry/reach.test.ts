import { createServer, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import t, { type Test } from "tap";
import { type ServeOptions, serve } from "../../../../reference-registry/serve.js";
import { conform } from "../../process.js";

/** How a registry is reached: below a path, and with credentials. */

interface Reached {
  readonly url: string;
  /** Statuses of the answers, in their order. */
  readonly statuses: readonly number[];
  /** Paths that were asked for, with the method. */
  readonly asked: readonly string[];
}

/** The bundled registry below a path: what it says of its places is made to fit, whether relative or absolute. */
async function below(t: Test, path: string, options: Partial<ServeOptions> = {}): Promise<Reached> {
  const registry = await serve({ dir: join(t.testdirName, "data"), durable: false, ...options });
  const { hostname, port } = new URL(registry.url);
  const statuses: number[] = [];
  const asked: string[] = [];
  const placed = (value: string): string => value.replace(/^(<?)(https?:\/\/[^/]+)?(\/v2\/)/, `$1$2${path}$3`);
  const server = createServer((incoming: IncomingMessage, outgoing) => {
    const { method, url = "", headers } = incoming;
    asked.push(`${method} ${url}`);
    if (!url.startsWith(`${path}/`)) {
      statuses.push(404);
      outgoing.writeHead(404).end();
      return;
    }
    const onward = request({ hostname, port, method, path: url.slice(path.length), headers, agent: false }, (answer) => {
      statuses.push(answer.statusCode ?? 0);
      const { location, link, "www-authenticate": challenge, ...rest } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 500, {
        ...rest,
        ...(location === undefined ? {} : { location: placed(location) }),
        ...(link === undefined ? {} : { link: placed(String(link)) }),
        ...(challenge === undefined ? {} : { "www-authenticate": challenge.replace("/token", `${path}/token`) }),
      });
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  t.teardown(async () => {
    server.close();
    server.closeAllConnections();
    await registry.close();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}${path}`, statuses, asked };
}

const SOME = ["registry.upload", "registry.mount", "registry.tags.link", "registry.blob", "registry.names.repository-grammar"];

for (const choice of [undefined, "absolute-locations"]) {
  t.test(`a registry below a path, with ${choice ?? "relative locations"}`, async (t) => {
    const dir = t.testdir();
    const { url, asked } = await below(t, "/registry/v2", choice === undefined ? {} : { choice });
    const only = SOME.flatMap((id) => ["--only", id]);
    const args = ["--cases", "3", "--spec", "head", "--out", join(dir, "out"), "--report", "tap"];
    const { code, stdout, stderr } = await conform("registry", "--url", `${url}/v2/`, ...only, ...args);
    t.equal(code, 0, stdout + stderr);
    t.match(stdout, /^ok \d+ - registry\.upload\.put-created$/m);
    t.match(stdout, /^ok \d+ - registry\.blob\.get-unknown$/m);
    t.ok(asked.every((each) => each.includes(" /registry/v2/v2/")));
  });
}

t.test("tokens are had before they are asked for: few requests are refused", async (t) => {
  const dir = t.testdir();
  process.env.REACH_PASSWORD = "secret";
  const { url, statuses } = await below(t, "/x", { auth: { kind: "bearer", user: "u", password: "secret" } });
  const only = SOME.flatMap((id) => ["--only", id]);
  const args = ["--user", "u", "--password-env", "REACH_PASSWORD", "--cases", "3", "--spec", "head", "--out", join(dir, "out")];
  const { code, stdout, stderr } = await conform("registry", "--url", url, ...only, ...args, "--report", "tap");
  t.equal(code, 0, stdout + stderr);
  t.match(stdout, /^ok \d+ - registry\.mount\.created$/m, "a mount is asked for with rights to both repositories");
  const refused = statuses.filter((status) => status === 401).length;
  t.ok(refused <= 10, `${refused} of ${statuses.length} requests were refused`);
});
