import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { failureOf } from "./failure.js";
import type { Failure } from "./observation.js";
import type { Answer, OddBody, PlainRequest } from "./request.js";
import { describeBody } from "./whole-response.js";

/** The bytes of an HTTP answer as far as they came. */
function parsed(bytes: Buffer): Answer {
  const end = bytes.indexOf("\r\n\r\n");
  const [first = "", ...lines] = bytes.subarray(0, Math.max(end, 0)).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
  if (end < 0 || Number.isNaN(status)) return { failure: { kind: "protocol", message: "an answer that is no HTTP" } };
  const body = bytes.subarray(end + 4);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { response: { status, headers, body: describeBody(body) } };
}

/** How long the connection is watched for an answer to what nobody asked. */
const WATCH_MS = 300;

/** Sends a request by a connection of its own. */
export function sendOddly(request: PlainRequest, odd: OddBody, timeoutMs: number): Promise<Answer> {
  const url = new URL(request.url);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const body = Buffer.from(request.body ?? []);
  const held = "held" in odd;
  const lines = [
    `${request.method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    ...("request" in odd ? [] : ["connection: close"]),
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${"declared" in odd ? odd.declared : body.length}`,
  ];
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let sent = !held;
    const sendBody = (): void => {
      if (!sent) socket.write(body);
      sent = true;
    };
    const begin = (socket: Socket): void => {
      if (held) socket.write(head);
      else if ("request" in odd) socket.write(Buffer.concat([head, body]));
      else socket.end(Buffer.concat([head, body]));
    };
    const socket: Socket =
      url.protocol === "https:"
        ? connectTls({ host: url.hostname, port, rejectUnauthorized: false, servername: url.hostname }, () => begin(socket))
        : connectPlain({ host: url.hostname, port }, () => begin(socket));
    const done = (without: Failure): void => {
      socket.destroy();
      const answers = received.toString("latin1").match(/HTTP\/1\.1 [2-5]\d\d /g)?.length ?? 0;
      if ("request" in odd && answers > 1) resolve({ failure: { kind: "out-of-step", message: `${answers} answers to one request` } });
      else if (without.kind === "refused" || without.kind === "unreachable") resolve({ failure: without });
      // Whatever was said to a client that broke off, nobody is there to hear it.
      else if ("declared" in odd) resolve({ failure: { kind: "broken-off", message: "the request broke off" } });
      else resolve(received.length === 0 ? { failure: without } : parsed(received));
    };
    const late: Failure = held
      ? { kind: "not-continued", message: `neither 100 nor another answer within ${timeoutMs} ms` }
      : { kind: "timeout", message: `no whole answer within ${timeoutMs} ms` };
    socket.setTimeout(timeoutMs, () => done(late));
    socket.on("close", () => done({ kind: "closed", message: "the connection was closed without an answer" }));
    socket.on("error", (thrown) => done(failureOf(thrown)));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if ("request" in odd) socket.setTimeout(WATCH_MS, () => done(late));
      const interim = /^HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n/.exec(received.toString("latin1"))?.[0];
      if (interim === undefined) return;
      received = received.subarray(interim.length);
      sendBody();
    });
  });
}
