import t from "tap";
import type { Host } from "../../../reference-registry/behaviours/behaviour.js";
import { relativeFrom } from "../../../reference-registry/behaviours/locations.js";
import { type Answer, type Client, digest } from "../client.js";
import { played, playOf, stageFor } from "../stage/playing.js";

const START = "/v2/a/blobs/uploads/";
const CLOSE = `digest=${digest("one two")}`;
const withQuery = (url: string, query: string): string => `${url}${url.includes("?") ? "&" : "?"}${query}`;

/** An upload in two chunks, each to where the answer before leads. */
async function upload(stage: { addresses: Readonly<Record<Host, string>> }, at: (host?: Host) => Client): Promise<readonly Answer[]> {
  let url = new URL(START, `http://${stage.addresses.registry}`);
  const answers: Answer[] = [];
  for (const [method, body] of [["POST"], ["PATCH", "one "], ["PATCH", "two"], ["GET"], ["PUT"]] as const) {
    const host = (Object.keys(stage.addresses) as Host[]).find((each) => stage.addresses[each] === url.host);
    const path = url.pathname + url.search;
    const answer = await at(host).send(method, method === "PUT" ? withQuery(path, CLOSE) : path, body === undefined ? {} : { body });
    answers.push(answer);
    url = new URL(answer.headers.location ?? "", url);
  }
  return answers;
}

const statuses = (answers: readonly Answer[]): readonly number[] => answers.map(({ status }) => status);
const locations = (answers: readonly Answer[]): readonly string[] => answers.map(({ headers }) => String(headers.location));
const WELL = [202, 202, 202, 204, 201];

t.test("forms", async (t) => {
  const { stage, at } = await stageFor(t);
  const forms = {
    absolute: [/^http:\/\/127\.0\.0\.1:\d+\/v2\/a\/blobs\/uploads\/[\w-]+$/, /^http:\/\/127\.0\.0\.1:\d+\/v2\/a\/blobs\/sha256:/],
    relative: [/^\/v2\/a\/blobs\/uploads\/[\w-]+$/, /^\/v2\/a\/blobs\/sha256:/],
    "relative-path": [/^[\w-]+$/, /^\.\.\/sha256:/],
  } as const;
  for (const choices of [[], ["absolute-locations"]]) {
    for (const [form, [session, blob]] of Object.entries(forms)) {
      const behaviours = [{ on: { to: "any" }, does: { kind: "location", form: form as keyof typeof forms } }] as const;
      const { held } = await played(stage, playOf(behaviours, { choices }), async () => {
        const answers = await upload(stage, at);
        t.same(statuses(answers), WELL, form);
        for (const location of locations(answers).slice(0, -1)) t.match(location, session);
        t.match(locations(answers).at(-1), blob);
      });
      t.ok(held.registry?.a?.blobs.includes(digest("one two")));
    }
  }
});

t.test("relative references", (t) => {
  for (const [from, to, expected] of [
    ["/a/x?q", "/a/b/c?d", "b/c?d"],
    ["/a/b/x", "/a/c", "../c"],
    ["/a/b/", "/a/b:c", "../b:c"],
    ["/a/", "/a/b:c", "./b:c"],
    ["/v2/a/blobs/uploads/1", "/place/2/v2/a", "../../../../place/2/v2/a"],
  ] as const) {
    t.equal(relativeFrom(from, to), expected);
    t.equal(new URL(relativeFrom(from, to), `http://a${from}`).href, `http://a${to}`);
  }
  t.end();
});

t.test("on another host, from the beginning or later on", async (t) => {
  const { stage, at } = await stageFor(t);
  for (const host of ["other", "plain"] as const) {
    for (const methods of [["POST"], ["PATCH"], ["POST", "PATCH", "GET"]]) {
      const behaviours = [{ on: { to: "any", methods }, does: { kind: "location", host } }] as const;
      const { held, exchanges } = await played(stage, playOf(behaviours), async () => {
        t.same(statuses(await upload(stage, at)), WELL);
      });
      const first = methods.includes("POST") ? [host] : ["registry"];
      t.same(
        exchanges.map((each) => each.host),
        ["registry", ...first, host, host, host],
      );
      t.ok(held.registry?.a?.blobs.includes(digest("one two")));
      t.same(held.other, {});
    }
  }
  await played(stage, playOf([{ on: { to: "any" }, does: { kind: "location", host: "other" } }]), async () => {
    const place = new URL(await at().start("a"));
    t.match(place.pathname, /^\/of\/registry\/v2\//);
    const own = place.pathname.replace("/of/registry", "");
    for (const [host, path] of [
      ["registry", own],
      ["registry", place.pathname],
      ["other", own],
    ] as const)
      t.equal((await at(host).send("PATCH", path, { body: "x" })).status, 404, `nobody is to guess ${host} ${path}`);
    t.equal((await at("other").send("PATCH", place.pathname, { body: "x" })).status, 202);
  });
});

t.test("places that move", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [{ on: { to: "any" }, does: { kind: "location", moving: true } }] as const;
  await played(stage, playOf(behaviours), async () => {
    const answers = await upload(stage, at);
    t.same(statuses(answers), WELL);
    t.equal(new Set(locations(answers)).size, 5);
    const first = await at().start("a");
    const second = String((await at().send("PATCH", first, { body: "x" })).headers.location);
    t.equal((await at().send("PATCH", first, { body: "x" })).status, 404, "the place before");
    t.equal((await at().send("PATCH", second.replace(/^\/place\/\d+/, ""), { body: "x" })).status, 404, "without its place");
    t.equal((await at().send("PATCH", second, { body: "x" })).status, 202);
  });
});

t.test("a query that belongs to the place", async (t) => {
  const { stage, at } = await stageFor(t);
  for (const methods of [["POST"], ["POST", "PATCH", "GET"]]) {
    const behaviours = [{ on: { to: "any", methods }, does: { kind: "location", query: "state=a%2Fb%3D&x" } }] as const;
    await played(stage, playOf(behaviours, { choices: ["locations-with-a-query"] }), async () => {
      const answers = await upload(stage, at);
      t.same(statuses(answers), WELL);
      for (const location of locations(answers).slice(0, 4)) t.match(location, /\?state=a%2Fb%3D%3D&state=a%2Fb%3D&x$/);
      const location = await at().start("a");
      t.equal((await at().send("PATCH", location.replace(/&x$/, ""), { body: "x" })).status, 404);
      t.equal((await at().send("PATCH", location.replace(/\?.*/, ""), { body: "x" })).status, 404);
      t.equal((await at().send("PATCH", location, { body: "x" })).status, 202);
    });
  }
});

t.test("all of it together, with what the registry chooses", async (t) => {
  const { stage, at } = await stageFor(t);
  const behaviours = [
    { on: { to: "any" }, does: { kind: "location", host: "other", query: "q=1" } },
    { on: { host: "other", to: "any" }, does: { kind: "location", moving: true } },
  ] as const;
  const choices = ["moving-uploads", "absolute-locations"];
  const { exchanges } = await played(stage, playOf(behaviours, { choices }), async () => {
    t.same(statuses(await upload(stage, at)), WELL);
  });
  t.same(new Set(exchanges.map(({ behaviours: by }) => by.join())), new Set(["0", "1"]));
});
