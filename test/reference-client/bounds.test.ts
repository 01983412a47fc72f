import type { ServerResponse } from "node:http";
import { join } from "node:path";
import t, { type Test } from "tap";
import { MANIFEST } from "../../spec/image/media-types.js";
import { answering, client, Layout, run, sha } from "./made.js";

const LINE = Buffer.alloc(65_536, " ");

/** Writes as long as somebody reads, and tells how much that was. */
function endlessly(response: ServerResponse, told: (size: number) => void): void {
  let size = 0;
  const more = (): void => {
    while (!response.destroyed) {
      size += LINE.length;
      told(size);
      if (!response.write(LINE)) return void response.once("drain", more);
    }
  };
  more();
}

/** Runs the client against what never ends, until `far` is reached: more than it may read, or ask. */
async function against(
  t: Test,
  answer: (response: ServerResponse, reached: (count: number) => void, asked: number) => void,
  far: number,
  ...args: readonly string[]
): Promise<{ readonly stopped: boolean; readonly status: number; readonly err: string }> {
  const stop = new AbortController();
  let asked = 0;
  const reached = (count: number): void => {
    if (count > far) stop.abort(new Error("far enough"));
  };
  const host = await answering(t, (_, response) => answer(response, reached, ++asked));
  const { status, err } = await run(["--plain-http", "--timeout", "5", ...args.map((word) => word.replace("HOST", host))], stop.signal);
  return { stopped: stop.signal.aborted, status, err };
}

t.test("answers without an end are not read to it", async (t) => {
  const MIB = 1024 * 1024;
  const json = (response: ServerResponse, reached: (count: number) => void): void => {
    response.writeHead(200, { "Content-Type": MANIFEST });
    endlessly(response, reached);
  };
  for (const command of [
    ["pull", "HOST/a:t", join(t.testdir(), "x")],
    ["tags", "HOST/a"],
    ["referrers", `HOST/a@${sha("x")}`],
  ]) {
    t.match(await against(t, json, 24 * MIB, ...command), { stopped: false, status: 1, err: /answers with more than/ }, String(command[0]));
    t.match(await against(t, json, 24 * MIB, ...command, "--fault", "insatiable"), { stopped: true, status: 1 }, "the fault reads on");
  }
  const error = (response: ServerResponse, reached: (count: number) => void): void => {
    response.writeHead(400);
    endlessly(response, reached);
  };
  t.match(await against(t, error, 4 * MIB, "tags", "HOST/a"), { stopped: false, status: 1, err: /400\n$/ }, "an error");
});

t.test("circles are left", async (t) => {
  const page = (response: ServerResponse, reached: (count: number) => void, asked: number): void => {
    reached(asked);
    response.setHeader("Link", `</v2/a/tags/list?page=${asked % 3}>; rel=next`);
    response.end('{"tags":["x"]}');
  };
  t.match(await against(t, page, 50, "tags", "HOST/a"), { stopped: false, status: 1, err: /is its own next page/ });
  t.match(await against(t, page, 50, "tags", "HOST/a", "--fault", "round-in-circles"), { stopped: true });
  const turn = (response: ServerResponse, reached: (count: number) => void, asked: number): void => {
    reached(asked);
    response.writeHead(307, { Location: `/v2/${asked % 3}` }).end();
  };
  t.match(await against(t, turn, 50, "tags", "HOST/a"), { stopped: false, status: 1, err: /redirected in a circle/ });
  t.match(await against(t, turn, 50, "tags", "HOST/a", "--fault", "round-in-circles"), { stopped: true });
  const away = (response: ServerResponse, reached: (count: number) => void, asked: number): void => {
    reached(asked);
    response.writeHead(307, { Location: `/v2/${asked}` }).end();
  };
  t.match(await against(t, away, 50, "tags", "HOST/a"), { stopped: false, status: 1, err: /more than 10 redirects/ });
});

t.test("what is silent is given up", async (t) => {
  const host = await answering(t, () => undefined);
  t.match(await run(["--plain-http", "--timeout", "1", "tags", `${host}/a`]), { status: 1, err: /nothing comes for 1 s\n$/ });
});

t.test("a run that is told to end cancels its upload", async (t) => {
  const layout = new Layout(join(t.testdir(), "layout"));
  layout.name(layout.image(["layer"]));
  const stop = new AbortController();
  const asked: string[] = [];
  const host = await answering(t, ({ method = "", url }, response) => {
    asked.push(`${method} ${url}`);
    if (method === "PUT") return stop.abort(new Error("stopped"));
    response.writeHead(method === "POST" ? 202 : 404, { Location: "/here?a=%2f" }).end();
  });
  t.match(await run(["--plain-http", "push", layout.dir, `${host}/a:t`], stop.signal), { status: 1 });
  t.match(asked.slice(-2), [/^PUT \/here\?a=%2f&digest=sha256:[0-9a-f]{64}$/, "DELETE /here?a=%2f"]);
});

t.test("a connection that the registry has just closed", async (t) => {
  let count = 0;
  const host = await answering(t, (request, response) => {
    // Closed when the second request on it is there, and not answered.
    if (++count === 2) return void request.socket.resetAndDestroy();
    response.setHeader("Content-Type", "application/json");
    if (request.url?.includes("page")) return void response.end('{"tags":["b"]}');
    response.setHeader("Link", '<list?page=2>; rel="next"');
    response.end('{"tags":["a"]}');
  });
  t.match(await client("tags", `${host}/a`), { status: 0, out: "a\nb\n" }, "is no failure");
  t.equal(count, 3);
});
