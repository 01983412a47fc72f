import t from "tap";
import { challengesIn } from "../../reference-client/auth/challenges.js";
import { nextOf } from "../../reference-client/http/links.js";
import { placeOf, resolve, textOf, withParameter } from "../../reference-client/http/place.js";
import { warningsIn } from "../../reference-client/http/warnings.js";

t.test("challenges", async (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["Basic", [{ scheme: "basic", parameters: {} }]],
    ['Basic realm="a"', [{ scheme: "basic", parameters: { realm: "a" } }]],
    [
      'Bearer realm="https://a/t?x=1,2",service=s , SCOPE="a:b c:d,e"',
      [{ scheme: "bearer", parameters: { realm: "https://a/t?x=1,2", service: "s", scope: "a:b c:d,e" } }],
    ],
    [
      'Negotiate YQ==, Digest realm="a \\"b\\", Basic", nonce=x, BASIC realm=y',
      [
        { scheme: "negotiate", parameters: {} },
        { scheme: "digest", parameters: { realm: 'a "b", Basic', nonce: "x" } },
        { scheme: "basic", parameters: { realm: "y" } },
      ],
    ],
    [
      "Negotiate, Bearer realm = \"r\" ,, error='x'",
      [
        { scheme: "negotiate", parameters: {} },
        { scheme: "bearer", parameters: { realm: "r", error: "'x'" } },
      ],
    ],
    ["", []],
    ['="', []],
  ];
  for (const [header, expected] of cases) t.same(challengesIn(header), expected, header);
});

t.test("links", async (t) => {
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, undefined],
    ['</a?b=c>; rel="next"', "/a?b=c"],
    ["<a,b;c>;rel=next", "a,b;c"],
    ['<x>; rel="prev", <y>; title="a, b; rel=next"; rel="last next"', "y"],
    ['<x>; REL="NEXT"', "x"],
    ['<x>; rel="nextish"', undefined],
    ['x; rel="next"', undefined],
    ["<x>", undefined],
  ];
  for (const [header, expected] of cases) t.equal(nextOf(header), expected, String(header));
});

t.test("warnings", async (t) => {
  t.same(warningsIn('299 - "a, \\"b\\"", 299 - "c" , 110 - "stale", 299 x "d"'), ['a, "b"', "c"]);
  t.same(warningsIn('299 - "a\tb\u001b[31m"'), ["a b [31m"]);
  t.same(warningsIn(undefined), []);
});

t.test("places are what was told, to the letter", async (t) => {
  const from = placeOf("https://A.example:443/v2/a/?x=1");
  t.same(from, { origin: "https://a.example", target: "/v2/a/?x=1" });
  const cases: readonly (readonly [string, string])[] = [
    ["/u/%7e/../a%2Fb//?q=%20&&", "https://a.example/u/%7e/../a%2Fb//?q=%20&&"],
    ["https://b.example:5000/u#part", "https://b.example:5000/u"],
    ["https://b.example?x", "https://b.example/?x"],
    ["//b.example/u", "https://b.example/u"],
    ["next?y", "https://a.example/v2/a/next?y"],
    ["/a b\u00e4", "https://a.example/a%20b%C3%A4"],
  ];
  for (const [reference, expected] of cases) t.equal(textOf(resolve(reference, from)), expected, reference);
  t.equal(textOf(withParameter(from, "d=e")), "https://a.example/v2/a/?x=1&d=e");
  for (const bad of ["http://a.example/", "ftp://a/", "https://", "https://u:p@a/", "https://a:99999/"])
    t.throws(() => resolve(bad, from), { name: "Failure" }, bad);
});
