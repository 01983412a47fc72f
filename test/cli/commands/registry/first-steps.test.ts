import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import { join } from "node:path";
import t, { type Test } from "tap";
import { serve } from "../../../../reference-registry/serve.js";
import { conform } from "../../process.js";

/*
 * A registry that answers HTTP is judged: what it does wrong in the first steps is a finding by its own requirement, and not the end of the
 * run. Where nothing can be judged, the message says what was expected, what came, and which option may help.
 * test/suites/registry/first-steps.test.ts has all faults.
 */

for (const [fault, id] of [
  ["base-missing", "registry.general.base-ok"],
  ["upload-start-without-location", "registry.upload.start-location"],
  ["upload-start-at-wrong-port", "registry.upload.start-location"],
  ["session-always-the-same", "registry.upload.session-unique"],
  ["blob-put-200", "registry.upload.put-created"],
  ["manifest-get-203", "registry.manifest.get-ok"],
  ["manifest-written-anew", "registry.manifest.get-content"],
  ["blob-last-byte-changed", "registry.blob.get-content"],
  ["blob-unknown-403", "registry.blob.get-unknown"],
] as const) {
  t.test(`${fault} is a finding`, async (t) => {
    const out = join(t.testdir(), "out");
    const args = ["--only", id, "--cases", "0", "--jobs", "2", "--out", out, "--report", "tap"];
    const { code, stdout, stderr } = await conform("registry", `--bundled-arg=--fault=${fault}`, ...args);
    t.equal(code, 1, stderr);
    t.match(stdout, new RegExp(`^not ok 1 - ${id}`, "m"));
  });
}

/** A server of ours that is gone with the test. */
async function serving(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

type Change = (
  request: IncomingMessage,
) => { readonly status: number; readonly code?: string; readonly headers?: Record<string, string> } | undefined;

/** The bundled registry, with some requests answered in its place. */
async function between(t: Test, change: Change): Promise<string> {
  const registry = await serve({ dir: join(t.testdirName, "data"), durable: false });
  t.teardown(() => registry.close());
  const { hostname, port } = new URL(registry.url);
  return serving(t, (incoming, outgoing: ServerResponse) => {
    const instead = change(incoming);
    if (instead) {
      incoming.resume().on("end", () => {
        const body = instead.code === undefined ? "" : JSON.stringify({ errors: [{ code: instead.code, message: "no" }] });
        outgoing.writeHead(instead.status, { "content-type": "application/json", ...instead.headers }).end(body);
      });
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
}

const pushes = ({ method }: IncomingMessage): boolean => method === "POST" || method === "PUT";

const HINTS: readonly { readonly name: string; readonly change: Change; readonly says: RegExp }[] = [
  {
    name: "a registry that wants credentials",
    change: () => ({ status: 401, code: "UNAUTHORIZED", headers: { "www-authenticate": "Basic realm=x" } }),
    says: /GET \/v2\/ → 401, where 200 was expected\n[\s\S]*--user/,
  },
  {
    name: "a registry that takes no pushes",
    change: (incoming) => (pushes(incoming) ? { status: 405, code: "UNSUPPORTED", headers: { allow: "GET, HEAD" } } : undefined),
    says: /POST [^\n]* → 405, where 202 was expected\n[\s\S]*--pull-only/,
  },
  {
    name: "a registry that denies pushes",
    change: (incoming) => (pushes(incoming) ? { status: 403, code: "DENIED" } : undefined),
    says: /→ 403, where 202 was expected\n[\s\S]*--pull-only[\s\S]*--user/,
  },
  {
    name: "a registry without repositories that make themselves",
    change: (incoming) => (pushes(incoming) ? { status: 404, code: "NAME_UNKNOWN" } : undefined),
    says: /→ 404, where 202 was expected\n[\s\S]*--repository/,
  },
  {
    name: "a registry of names of one component",
    change: ({ url = "" }) => (/^\/v2\/[^/]+\/[^/]+\/(?:blobs|manifests)\//.test(url) ? { status: 400, code: "NAME_INVALID" } : undefined),
    says: /→ 400, where 202 was expected\n[\s\S]*--namespace ""/,
  },
  {
    name: "a registry whose uploads go on at another host",
    change: ({ method }) =>
      method === "POST"
        ? { status: 202, headers: { location: `http://registry.internal:5000/v2/x/blobs/uploads/${randomUUID()}` } }
        : undefined,
    says: /registry\.internal:5000[^\n]* is at another host/,
  },
];

for (const { name, change, says } of HINTS) {
  t.test(`${name}: which option may help`, async (t) => {
    const dir = t.testdir();
    const { code, stdout, stderr } = await conform(
      "registry",
      "--url",
      await between(t, change),
      "--out",
      join(dir, "out"),
      "--report",
      "tap",
    );
    t.equal(code, 2, stderr);
    t.match(stderr, says);
    t.notMatch(stdout, /^ok /m);
  });
}
