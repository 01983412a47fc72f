import t from "tap";
import { caseOf, held, inA, pulling, pushing } from "../../../generators/client/cases.js";
import { image, jsonOf, textOf } from "../../../generators/registry/steps.js";
import type { ClientCase } from "../../../runners/client/case.js";
import { CLIENT_CASE } from "../../../runners/client/formats.js";
import type { ClientObservation } from "../../../runners/client/observation.js";
import { whyNotOf } from "../../../runners/client/references.js";
import { problemsIn } from "../../../runners/stored-format.js";

const contents = image("m", 1);
const pull = pulling("a pull", contents);

t.test("good cases have no problem", async (t) => {
  const good: readonly ClientCase[] = [
    pull,
    pushing("a push", contents),
    pulling("by digest, another host in a header", contents, [
      { on: { to: "manifest", reference: "{sha256:m}" }, does: { kind: "header", name: "location", value: "{url:other}/v2/" } },
      { on: { host: "token", to: "token" }, does: { kind: "status", status: 401 } },
    ]),
    {
      ...pulling("TLS", contents, [{ on: { to: "blob" }, does: { kind: "redirect", to: "plain", status: 307 } }], {
        tls: true,
        credentials: ["registry"],
      }),
      target: inA("{sha256:m}"),
    },
    caseOf("an artifact", "attach", contents, inA("t"), {
      holds: [held("m", "t")],
      attachment: { artifactType: "text/plain", blob: "m-layer", annotations: { "org.example": "a=b" } },
    }),
  ];
  for (const each of good) t.same(problemsIn(each, CLIENT_CASE), [], each.title);
});

const BAD: readonly (readonly [name: string, change: Partial<ClientCase>, path: string, message: RegExp])[] = [
  ["a content that is not there", { holds: [held("x", "t")] }, "/holds/0/manifest", /there is no content "x"/],
  ["a layout of nothing", { verb: "push" }, "/local", /is missing: push takes one/],
  ["a layout that is not there", { verb: "push", local: "x" }, "/local", /no content "x"/],
  ["a copy from nowhere", { verb: "copy" }, "/from", /is missing: copy takes one/],
  ["a target's digest", { target: inA("{sha256:x}") }, "/target/reference", /no content "x"/],
  ["a target that would be an option", { target: { repository: "a", reference: "t t" } }, "/target/reference", /must be a tag/],
  ["a repository", { target: { repository: "../x", reference: "t" } }, "/target/repository", /short name/],
  [
    "a host in a text",
    { behaviours: [{ on: { to: "any" }, does: { kind: "header", name: "x", value: "{host:nowhere}" } }] },
    "/behaviours/0/does/value",
    /no host "nowhere"/,
  ],
  [
    "a header's line break",
    { behaviours: [{ on: { to: "any" }, does: { kind: "header", name: "x", value: "a\r\nb" } }] },
    "/behaviours/0/does",
    /without line breaks/,
  ],
  ["a status", { behaviours: [{ on: { to: "any" }, does: { kind: "status", status: 99 } }] }, "/behaviours/0/does/status", /200 to 599/],
  [
    "an exchange before the first",
    { behaviours: [{ on: { to: "any", nth: [0] }, does: { kind: "close" } }] },
    "/behaviours/0/on/nth",
    /from 1/,
  ],
  ["a choice", { choices: ["no-such-choice"] }, "/choices/0", /no choice of the bundled registry/],
  [
    "a line break in an annotation",
    { verb: "attach", attachment: { artifactType: "a/b", blob: "m", annotations: { a: "b\nc" } } },
    "/attachment/annotations",
    /KEY=VALUE/,
  ],
  [
    "contents in a circle",
    { contents: { ...contents, a: textOf("{sha256:b}"), b: jsonOf(["{sha256:a}"]) } },
    "/contents/a",
    /names itself/,
  ],
];

t.test("what a schema cannot say is said with its place", async (t) => {
  for (const [name, change, path, message] of BAD) {
    const [problem] = problemsIn({ ...pull, ...change }, CLIENT_CASE);
    t.match(problem, { path, message }, name);
  }
});

t.test("an observation of another case is told by its behaviours", async (t) => {
  const observation: ClientObservation = {
    format: "oci-conform/client-observation@1",
    run: {
      steps: [],
      exchanges: [
        {
          host: "registry",
          tls: false,
          connection: 0,
          request: { method: "GET", target: "/v2/", headers: [], body: null },
          response: null,
          behaviours: [0],
          begunMs: 0,
          endedMs: 1,
        },
      ],
      written: {},
      held: {},
    },
    contents: {},
    addresses: {},
  };
  t.match(whyNotOf(pull, observation), /behaviours\/0, which the case has not/);
  t.equal(whyNotOf({ ...pull, behaviours: [{ on: { to: "any" }, does: { kind: "close" } }] }, observation), undefined);
});
