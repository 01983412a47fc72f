import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { join } from "node:path";
import t, { type Test } from "tap";
import { conform } from "../../process.js";

const listening = (server: Server | TcpServer): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "");
    }),
  );

/** No such server passes anything: the run ends inconclusive, in its words. */
async function inconclusive(t: Test, server: Server | TcpServer, said: RegExp): Promise<void> {
  const url = await listening(server);
  t.teardown(() => {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
  const out = join(t.testdir(), "out");
  const { code, stdout, stderr } = await conform("registry", "--url", url, "--out", out, "--timeout", "1s", "--report", "tap");
  t.equal(code, 2, stderr);
  t.notMatch(stdout, /^ok /m, "nothing passes");
  t.match(stderr, /^oci-conform: inconclusive: [^\n]* cannot do the least that is asked of a registry:\n/);
  t.match(stderr, said);
  t.notMatch(stderr, /internal error/);
  t.notOk(existsSync(out), "nothing is stored");
}

for (const status of [404, 200, 500, 204, 301]) {
  t.test(`a server that answers ${status} to everything`, (t) =>
    inconclusive(
      t,
      createServer((request, response) => {
        request.resume().on("end", () => response.writeHead(status, { location: "/v2/" }).end());
      }),
      new RegExp(status === 200 ? "POST .* → 200" : `GET /v2/ → ${status}`),
    ),
  );
}

t.test("a server that never answers", (t) => inconclusive(t, createServer(), /no whole answer within 1000 ms/));

t.test("a server that closes every connection", (t) =>
  inconclusive(
    t,
    createTcpServer((socket) => socket.destroy()),
    /GET \/v2\/ → /,
  ),
);

t.test("a server whose answers never end", (t) =>
  inconclusive(
    t,
    createServer((_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65536)));
        response.once("drain", more);
      };
      more();
    }),
    /longer than \d+ bytes|no whole answer/,
  ),
);

t.test("a server whose lengths are wrong", (t) =>
  inconclusive(
    t,
    createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"));
    }),
    /GET \/v2\/ → /,
  ),
);

t.test("a server that speaks something else", (t) =>
  inconclusive(
    t,
    createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end("220 mail.example ESMTP\r\n"));
    }),
    /does not match the HTTP/,
  ),
);

t.test("nobody there", async (t) => {
  const { code, stderr } = await conform("registry", "--url", "http://127.0.0.1:1", "--timeout", "1s", "--out", join(t.testdir(), "out"));
  t.equal(code, 2);
  t.match(stderr, /ECONNREFUSED/);
});

t.test("a server that does not start", async (t) => {
  const out = join(t.testdir(), "out");
  const { code, stderr } = await conform(
    "registry",
    "--server",
    "/bin/sh -c 'echo out of paper >&2; exit 3'",
    "--url",
    "http://127.0.0.1:9",
    "--out",
    out,
  );
  t.equal(code, 2);
  t.match(stderr, /the server does not start: it exited with 3\nout of paper/);
});

t.test("bad use is one line, exit 64", async (t) => {
  for (const args of [
    ["--url", "ftp://x"],
    ["--url", "http://x/path?query"],
    ["--url", "http://user:password@x"],
    ["--namespace", "UPPER"],
    ["--apis", "pull,pish"],
    ["--spec", "2.0.0"],
    ["--user", "somebody", "--password-env", "NO_SUCH_VARIABLE_HERE"],
    ["--user", "somebody", "--authfile", "x"],
    ["--authfile", "/nonexistent"],
    ["--ca", "/nonexistent"],
    ["--pull-only", "name"],
    ["--only", "registry.blob.get-okay"],
    ["--report", "nonsense"],
    ["--jobs", "0"],
  ]) {
    const { code, stderr } = await conform("registry", ...args);
    t.equal(code, 64, `${args.join(" ")}: ${stderr}`);
    t.match(stderr, /^oci-conform: [^\n]+\n$/, args.join(" "));
  }
});
