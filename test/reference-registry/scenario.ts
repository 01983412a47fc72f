import { connect } from "node:net";
import { type Answer, answerTo, type Client, descriptor, digest, INDEX, imageOf, MANIFEST, type Sent } from "./client.js";

/** An answer is not the expected one. */
export class Differs extends Error {
  override readonly name = "Differs";
}

/** Answers to the steps of a scenario, with nothing in them that differs from run to run. */
export class Transcript {
  readonly steps = new Map<string, string>();
  readonly #expected: Transcript | undefined;

  constructor(expected?: Transcript) {
    this.#expected = expected;
  }

  /** @throws Differs at what is not as in the expected transcript */
  add(label: string, text: string): void {
    const [key, value] = [anonymous(label), anonymous(text)];
    this.steps.set(key, value);
    if (this.#expected && this.#expected.steps.get(key) !== value) throw new Differs(`${key}: ${value}`);
  }
}

const anonymous = (text: string): string => text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<session>");

const told = ({ status, headers, text }: Answer): string => {
  const { date, "keep-alive": _, ...others } = headers;
  return JSON.stringify({ status, dated: date !== undefined, ...others, text: text.slice(0, 2000) });
};

/** Everything that the API has, once: what every choice changes in some answer. */
export class Scenario {
  readonly client: Client;
  readonly transcript: Transcript;
  #count = 0;

  constructor(client: Client, transcript: Transcript) {
    this.client = client;
    this.transcript = transcript;
  }

  async step(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const label = `${++this.#count} ${method} ${path.slice(0, 120)} ${JSON.stringify(sent.headers ?? {})}`;
    const answer = await this.client.send(method, path, sent);
    this.transcript.add(label, told(answer));
    return answer;
  }

  /** Several requests at once. */
  all(...requests: readonly (readonly [string, string, Sent?])[]): Promise<Answer[]> {
    return Promise.all(requests.map(([method, path, sent]) => this.step(method, path, sent)));
  }

  /** Bytes as they are, on a connection of their own; then everything that comes back. */
  async raw(label: string, text: string): Promise<void> {
    const { hostname, port } = new URL(this.client.url);
    const came = new Promise<string>((resolve, reject) => {
      let all = "";
      const socket = connect(Number(port), hostname, () => socket.end(text));
      socket.setEncoding("utf8").on("data", (data) => {
        all += data;
      });
      socket.on("error", reject).on("close", () => resolve(all));
    });
    this.transcript.add(label, (await came).replaceAll(/^date: .*$/gim, "dated"));
  }

  /** A body that waits for its 100. */
  async expecting(method: string, path: string, body: string): Promise<void> {
    const sending = this.client.open(method, path, { Expect: "100-continue", "Content-Length": String(body.length) });
    const answer = answerTo(sending);
    sending.on("continue", () => sending.end(body)).flushHeaders();
    this.transcript.add(`expect ${method} ${path}`, told(await answer));
  }
}

/** Names, and pushing and pulling blobs. */
export async function blobs(run: Scenario): Promise<void> {
  const start = async (name: string, query = ""): Promise<string> =>
    (await run.step("POST", `/v2/${name}/blobs/uploads/${query}`)).headers.location ?? "/none";
  await run.step("GET", "/v2/");
  for (const name of ["dots.in/it", "dashes--and__more", "UPPER", "a%2Fb"]) await start(name);
  const one = digest("one");
  const whole = await start("r/one");
  const put = await run.step("PUT", `${whole}?digest=${one}`, { body: "one" });
  await run.step("GET", put.headers.location ?? "/none");
  await run.step("PATCH", whole, { body: "late" });
  const single = await run.step("POST", `/v2/r/one/blobs/uploads/?digest=${digest("single")}`, { body: "single" });
  await run.step("GET", single.headers.location ?? "/none");
  const sha512 = await start("r/one", "?digest-algorithm=sha512");
  await run.step("PUT", `${sha512}?digest=${digest("one", "sha512")}`, { body: "one" });
  const chunked = await start("r/one");
  for (const [range, body] of [
    ["0-2", "abc"],
    ["3-5", "def"],
    ["0-2", "abc"],
  ] as const)
    await run.step("PATCH", chunked, { body, headers: { "Content-Range": range } });
  await run.step("GET", chunked);
  await run.step("GET", chunked.replace("/r/one/", "/r/two/"));
  await run.step("GET", `/v2/r/one/blobs/${digest("abcdef")}`);
  await run.step("PUT", `${chunked}?digest=${digest("abcdefg")}`, { body: "g", headers: { "Content-Range": "7-7" } });
  await run.step("PUT", `${chunked}?digest=${digest("abcdefg")}`, { body: "g", headers: { "Content-Range": "6-6" } });
  await run.step("GET", `/v2/r/one/blobs/${digest("abcdefg")}`);
  const stream = await start("r/one");
  await run.step("PATCH", stream, { body: "stream" });
  await run.step("DELETE", stream);
  for (const bad of [digest("other"), "sha256:x", "md5:0123"]) {
    await run.step("PUT", `${await start("r/one")}?digest=${bad}`, { body: "two" });
    await run.step("GET", `/v2/r/one/blobs/${bad}`);
    await run.step("HEAD", `/v2/r/one/blobs/${bad}`);
  }
  const sessions = [await start("r/three"), await start("r/three")];
  run.transcript.add("two sessions", String(new Set(sessions).size));
  for (const query of [`?mount=${one}&from=r/one`, `?mount=${digest("none")}&from=r/one`]) {
    const mounted = await run.step("POST", `/v2/r/two/blobs/uploads/${query}`);
    await run.step("GET", mounted.headers.location ?? "/none");
  }
  for (const path of [`/v2/r/one/blobs/${one}`, `/v2/r/two/blobs/${digest("single")}`, `/v2/none/blobs/${one}`]) {
    await run.step("GET", path);
    await run.step("HEAD", path);
  }
  for (const Range of ["bytes=0-1", "bytes=1-", "bytes=0-0,2-2", "bytes=9-", "bytes=-0", "bytes=-", "items=0-1"]) {
    await run.step("GET", `/v2/r/one/blobs/${one}`, { headers: { Range } });
    await run.step("HEAD", `/v2/r/one/blobs/${one}`, { headers: { Range } });
  }
  await run.step("GET", `/v2/r/one/blobs/${one}`, { headers: { Range: "bytes=0-1", "If-Range": '"x"' } });
  await run.step("GET", `/v2/r/one/blobs/${one}`, { headers: { "If-None-Match": `"${one}"` } });
  await run.all(["GET", `/v2/r/one/blobs/${one}`], ["GET", `/v2/r/one/blobs/${digest("single")}`]);
  const both = [await start("r/one"), await start("r/one")].map((each) => `${each}?digest=${digest("both")}`);
  await run.all(["PUT", both[0] ?? "", { body: "both" }], ["PUT", both[1] ?? "", { body: "both" }]);
  await run.expecting("PUT", `${await start("r/one")}?digest=${digest("expected")}`, "expected");
}

/** Pushing, pulling and listing manifests. */
export async function manifests(run: Scenario): Promise<void> {
  const config = digest("{}");
  for (const name of ["r/one", "r/two"]) await run.step("POST", `/v2/${name}/blobs/uploads/?digest=${config}`, { body: "{}" });
  const push = (
    name: string,
    reference: string,
    manifest: unknown,
    type = MANIFEST,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    run.step("PUT", `/v2/${name}/manifests/${reference}`, {
      body: typeof manifest === "string" ? manifest : JSON.stringify(manifest),
      headers: { "Content-Type": type, ...headers },
    });
  const image = (n: number) => imageOf(config, { annotations: { n: `${n}` } });
  const first = JSON.stringify(image(1), null, 1);
  const put = await push("r/one", "v1", first);
  await run.step("GET", put.headers.location ?? "/none");
  for (const reference of ["v1", digest(first), "none", digest("none"), "-x", "sha256:x"]) {
    for (const name of ["r/one", "r/two", "none"]) {
      await run.step("GET", `/v2/${name}/manifests/${reference}`);
      await run.step("HEAD", `/v2/${name}/manifests/${reference}`);
    }
  }
  await run.step("GET", "/v2/two/manifests/v1?ns=r");
  await push("r/two", "two", image(2));
  await run.step("GET", "/v2/two/manifests/two?ns=r");
  for (const tag of ["x".repeat(128), "x".repeat(129), "_x", ".x", "-x", "B"]) await push("r/one", tag, image(1));
  await push("r/one", "parameters", image(1), `${MANIFEST}; charset=utf-8`);
  await push("r/one", "v1", imageOf(digest("none")));
  await push("r/one", "v1", "{");
  await run.step("GET", "/v2/r/one/manifests/v1");
  await push("r/one", "empty", "");
  await push("r/one", "v1", image(3), MANIFEST, { "If-Match": '"other"' });
  for (let n = 0; n < 3; n++) await run.step("GET", "/v2/r/one/manifests/v1");
  await run.step("GET", "/v2/r/one/manifests/v1", { headers: { "If-None-Match": `"${digest(first)}"` } });
  await run.all(
    ["PUT", "/v2/r/one/manifests/v1", { body: first, headers: { "Content-Type": MANIFEST } }],
    ["GET", "/v2/r/one/manifests/v1"],
  );
  await push("r/one", "v1", image(4));
  for (let n = 0; n < 3; n++) await run.step("GET", "/v2/r/one/manifests/v1");
  const tags = Array.from({ length: 10 }, (_, n) => `tag=t${n}`).join("&");
  await push("r/one", `${digest(JSON.stringify(image(5)))}?${tags}`, image(5));
  await run.step("GET", "/v2/r/one/manifests/t9");
  await push("r/one", "large", `${JSON.stringify(image(6))}${" ".repeat(1_100_000)}`);
  await push("r/one", "too-large", `${JSON.stringify(image(6))}${" ".repeat(2_100_000)}`);
  for (const query of ["", "?n=0", "?n=2", "?last=t5", "?n=2&last=t3", "?n=2&last=v1", "?n=100&last=t3"])
    await run.step("GET", `/v2/r/one/tags/list${query}`);
  await run.step("HEAD", "/v2/r/one/tags/list");
  await run.step("GET", "/v2/r/three/tags/list");
  await run.step("POST", `/v2/r/three/blobs/uploads/?digest=${config}`, { body: "{}" });
  await run.step("GET", "/v2/r/three/tags/list");
  const subject = { subject: descriptor(digest(first), first.length, MANIFEST) };
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: [], ...subject };
  await push("r/one", "s1", imageOf(config, { ...subject, artifactType: "application/a", annotations: { a: "b" } }));
  await push("r/one", "s2", imageOf(config, subject));
  await push("r/one", "s3", index, INDEX);
  await push("r/two", "s4", imageOf(config, { ...subject, artifactType: "application/b" }));
  await push("r/one", "s5", imageOf(config, { subject: descriptor(digest("none"), 1, MANIFEST) }));
  for (const of of [digest(first), digest("nobody"), "nonsense"])
    for (const query of ["", "?artifactType=application/a", "?n=1", `?last=${digest("x")}`])
      await run.step("GET", `/v2/r/one/referrers/${of}${query}`);
}

/** Deleting, errors, and HTTP itself. */
export async function rest(run: Scenario): Promise<void> {
  const one = digest("one");
  for (const path of [
    "/v2/none/manifests/x",
    "/v2/r/one/manifests/t1",
    `/v2/r/none/manifests/${one}`,
    `/v2/r/one/blobs/${one}`,
    `/v2/r/one/blobs/${digest("none")}`,
  ]) {
    await run.step("DELETE", path);
    await run.step("GET", path);
  }
  await run.step("GET", "/v2/r/one/manifests/s3", { headers: { Accept: MANIFEST } });
  const only = await run.step("HEAD", "/v2/r/two/manifests/two");
  await run.step("DELETE", "/v2/r/two/manifests/two");
  await run.step("GET", `/v2/r/two/manifests/${only.headers["docker-content-digest"] ?? "none"}`);
  const { headers } = await run.step("HEAD", "/v2/r/one/manifests/t2");
  await run.step("DELETE", `/v2/r/one/manifests/${headers["docker-content-digest"] ?? "none"}`);
  await run.step("GET", `/v2/r/one/manifests/${headers["docker-content-digest"] ?? "none"}`);
  await run.step("GET", "/v2/r/one/manifests/t2");
  await run.step("GET", "/v2/r/one/blobs/uploads/00000000-0000-4000-8000-000000000000");
  await run.step("GET", "/v2/r%2Fone/manifests/s2");
  await run.step("GET", `/v2/${"x".repeat(2000)}!/manifests/x`);
  for (const path of ["/v2/", "/v2/r/one/tags/list"]) await run.step("POST", path);
  for (let n = 0; n < 40; n++) await run.step("GET", "/v2/r/one/manifests/s2");
  for (const method of ["GET", "HEAD"]) await run.step(method, "/v2/r/one/manifests/s2", { headers: { "Accept-Encoding": "gzip" } });
  await run.step("PUT", `/v2/r/one/blobs/uploads/00000000-0000-4000-8000-000000000000?digest=${one}`, { body: "one" });
  for (const name of ["r/one/two", "r/one/two/three/four"]) await run.step("POST", `/v2/${name}/blobs/uploads/`);
  const large = "large".repeat(20_000);
  const { headers: begun } = await run.step("POST", "/v2/r/one/blobs/uploads/");
  await run.step("PUT", `${begun.location ?? "/"}?digest=${digest(large)}`, { body: large });
  await run.raw("line breaks", "GET /v2/%0d%0aX-A:%20b/manifests/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  await run.raw("unknown method", "FROB /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
  await run.raw("CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n");
  await run.raw("a body after HEAD", "HEAD /v2/r/one/manifests/s2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const cut = digest("cut");
  await run.raw(
    "a body that breaks off",
    `POST /v2/r/one/blobs/uploads/?digest=${cut} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\ncut`,
  );
  await run.step("GET", `/v2/r/one/blobs/${cut}`);
  const refused = "PUT /v2/UPPER/manifests/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
  await run.raw("a refused body", `${refused}GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
}

/** More pushes than any quota allows. */
export async function fill(run: Scenario): Promise<void> {
  for (let n = 0; n < 200; n++) await run.step("PUT", "/v2/r/one/manifests/again", { body: "{}", headers: { "Content-Type": MANIFEST } });
}
