/** A config that is wrong in one thing. */
export interface Mistake {
  readonly yaml: string;
  /** What is said of it after the file's name. */
  readonly said: string;
  /** Whether the JSON Schema, which editors use, sees it too: it knows shapes, not what is said twice or elsewhere. */
  readonly seen: boolean;
}

const HEAD = "format: oci-conform/config@1\n";
const target = (...lines: readonly string[]): string => `${HEAD}targets:\n  - name: a\n${lines.map((line) => `    ${line}\n`).join("")}`;
const seen = (yaml: string, said: string): Mistake => ({ yaml, said, seen: true });
const unseen = (yaml: string, said: string): Mistake => ({ yaml, said, seen: false });

/** Files that are no YAML, or none that a config is written in. */
export const notYaml: readonly Mistake[] = [
  unseen("", ": is empty"),
  unseen("# nothing but a comment\n", ": is empty"),
  unseen("a: [1\nb: 2", ":2: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"),
  unseen("\ta: 1\n", ":1: not YAML: Tabs are not allowed as indentation"),
  unseen("a: 1\n---\nb: 1\n", ":2: a second document begins here; a config is one document"),
  unseen(target("runtime:", "  bin: !env RUNTIME"), ":5: not YAML: Unresolved tag: !env"),
  unseen(target("runtime: *base"), ":4: targets[0].runtime: there is no anchor &base before this"),
  unseen(target("runtime: &base", "  bin: [*base]"), ":5: targets[0].runtime"),
  unseen(target("? [runtime]", ": {}"), ":3: targets[0]: has a key that is not a word"),
];

export const mistakes: readonly Mistake[] = [
  seen("- a\n", ":1: must be a mapping (key: value), not a list"),
  seen("crun\n", ":1: must be a mapping (key: value), not 'crun'"),
  seen("targets: [{ name: a, runtime: {} }]\n", ":1: has no format; this is format: oci-conform/config@1"),
  seen("\n# later\nformat: oci-conform/config@2\n", ":3: format: 'oci-conform/config@2' is not known; this is oci-conform/config@1"),
  seen("format: 1\n", ":1: format: the number 1 is not known; this is oci-conform/config@1"),
  seen(HEAD, ":1: has no targets"),
  seen(`${HEAD}targets: []\n`, ":2: targets: is an empty list"),
  seen(`${HEAD}targets: { name: a }\n`, ":2: targets: must be a list, not a mapping"),
  seen(`${HEAD}target: []\n`, ":2: unknown key 'target'; did you mean targets?"),
  seen(`${target("runtime: {}")}volumes: []\n`, ":5: unknown key 'volumes'; there are format, defaults, report, targets"),
  unseen(`${HEAD}${target("runtime: {}")}`, ":2: 'format' stands here again, after line 1"),

  seen(`${HEAD}targets:\n  - runtime: {}\n`, ":3: targets[0]: has no name"),
  seen(`${HEAD}targets:\n  - name: my runtime\n    runtime: {}\n`, ":3: targets[0].name: must be a word of letters"),
  seen(`${HEAD}targets:\n  - name: ../a\n    runtime: {}\n`, ":3: targets[0].name: must be a word of letters"),
  seen(`${HEAD}targets:\n  - name: 5\n    runtime: {}\n`, ":3: targets[0].name: must be a word of letters"),
  unseen(
    `${target("runtime: {}")}  - name: a\n    registry: {}\n`,
    ":5: targets[1]: is called a like targets[0]; names tell targets apart",
  ),
  seen(`${HEAD}targets:\n  - name: a\n`, ":3: targets[0]: tests nothing: it has none of runtime, registry, client, image"),
  seen(target("runtime: {}", "registry: {}"), ":3: targets[0]: has runtime and registry; a target is one of them"),
  seen(target("runtme: {}"), ":4: targets[0]: unknown key 'runtme'; did you mean runtime?"),
  seen(target("runtime:"), ":4: targets[0].runtime: has no options; write {} for the defaults"),
  seen(target("runtime: crun"), ":4: targets[0].runtime: must be a mapping (key: value), not 'crun'"),

  seen(target("runtime:", "  bim: crun"), ":5: targets[0].runtime: unknown key 'bim'; did you mean bin?"),
  seen(target("runtime:", "  runtimeArg: x"), ":5: targets[0].runtime: unknown key 'runtimeArg'; did you mean runtime-arg?"),
  seen(target("runtime:", "  rootless: true"), ":5: targets[0].runtime: unknown key 'rootless'; see oci-conform runtime --help"),
  seen(target("registry:", "  cgroup: v1"), ":5: targets[0].registry: unknown key 'cgroup'; see oci-conform registry --help"),
  seen(
    target("image:", "  tool: umoci", "  max-depth: 5"),
    ":6: targets[0].image: unknown key 'max-depth'; see oci-conform image --tool NAME --help",
  ),
  seen(target("image:", "  paths: x", "  memory: 64"), ":6: targets[0].image: unknown key 'memory'; see oci-conform image --help"),
  unseen(target("runtime:", "  bin: crun", "  jobs: 2", "  bin: runc"), ":7: targets[0].runtime: 'bin' stands here again, after line 5"),
  seen(target("runtime:", "  a b: 1"), ":5: targets[0].runtime: unknown key 'a b'; see oci-conform runtime --help"),
  seen(target('runtime: { "b\\nx": 1 }'), ":4: targets[0].runtime: unknown key 'b x'; see oci-conform runtime --help"),
  seen(target("runtime:", "  __proto__: {}"), ":5: targets[0].runtime: unknown key '__proto__'; see oci-conform runtime --help"),

  seen(target("runtime:", "  bin: true"), ":5: targets[0].runtime.bin: must be text, not true"),
  seen(target("runtime:", "  bin: 5"), ':5: targets[0].runtime.bin: must be text; write "5" in quotes'),
  seen(target("runtime:", "  bin:"), ":5: targets[0].runtime.bin: has no value"),
  seen(target("runtime:", "  bin: { path: crun }"), ":5: targets[0].runtime.bin: must be text, not a mapping"),
  seen(target("runtime:", "  only:", "    - a", "    - [b]"), ":7: targets[0].runtime.only[1]: must be one value, not a list"),
  seen(target("runtime:", "  bail: yes"), ":5: targets[0].runtime.bail: must be true or false, not 'yes'"),
  seen(target("runtime:", "  bail: 1"), ":5: targets[0].runtime.bail: must be true or false, not the number 1"),
  seen(target("runtime:", "  jobs: [1, 2]"), ":5: targets[0].runtime.jobs: must be one value, not a list"),
  seen(target("runtime:", "  jobs: true"), ":5: targets[0].runtime.jobs: must be text or a number, not true"),
  seen(target("runtime:", "  jobs: 65"), ":5: targets[0].runtime.jobs: '65': must be a whole number from 1 to 64"),
  seen(target("runtime:", "  jobs: 1.5"), ":5: targets[0].runtime.jobs: '1.5': must be a whole number from 1 to 64"),
  seen(target("runtime:", "  jobs: many"), ":5: targets[0].runtime.jobs: 'many': must be a whole number from 1 to 64"),
  seen(target("runtime:", "  time: soon"), ":5: targets[0].runtime.time: 'soon': must be a duration such as 90s, 5m or 2h"),
  seen(target("runtime:", "  timeout: 0"), ":5: targets[0].runtime.timeout: '0': must be a duration such as 90s, 5m or 2h"),
  seen(target("runtime:", "  level: shoud"), ":5: targets[0].runtime.level: 'shoud': must be one of must, should; did you mean should?"),
  seen(target("runtime:", "  spec: 1.1"), ':5: targets[0].runtime.spec: must be text; write "1.1" in quotes'),
  seen(target("image:", "  paths: x", "  max-layer-size: 5X"), ":6: targets[0].image.max-layer-size: '5X': must be a number of bytes"),
  unseen(target("registry:", "  url: example.org"), ":5: targets[0].registry.url: 'example.org': must be http://HOST"),
  unseen(target("registry:", "  apis: pull,psuh"), ":5: targets[0].registry.apis: 'pull,psuh': There is no API 'psuh'"),

  seen(target("runtime: {}", "matrix: { spex: [1.0.2] }"), ":5: targets[0].matrix: unknown key 'spex'; did you mean spec?"),
  seen(target("runtime: {}", "matrix: { rate: [1] }"), ":5: targets[0].matrix: unknown key 'rate'; see oci-conform runtime --help"),
  seen(target("runtime: {}", "matrix: { spec: [] }"), ":5: targets[0].matrix.spec: is an empty list"),
  seen(target("runtime: {}", "matrix: { spec: 1.0.2 }"), ":5: targets[0].matrix.spec: must be a list, not '1.0.2'"),
  seen(target("runtime: {}", "matrix: {}"), ":5: targets[0].matrix: names no option to vary"),
  seen(target("runtime: {}", "matrix:"), ":5: targets[0].matrix: must be a mapping (key: value), not nothing"),
  seen(
    target("runtime: {}", "matrix:", "  spec:", "    - 1.0.2", "    - 9.9.9"),
    ":8: targets[0].matrix.spec[1]: '9.9.9': must be one of 1.0.0",
  ),
  seen(target("runtime: {}", "matrix: { spec: [1.0.2, 1.0.2] }"), ":5: targets[0].matrix.spec[1]: stands in this list twice"),
  unseen(
    target("runtime: { spec: 1.0.2 }", "matrix: { spec: [1.0.2] }"),
    ":5: targets[0].matrix: 'spec' is set beside the matrix too; say it in one place",
  ),

  seen(`${HEAD}defaults: { levl: must }\ntargets: [{ name: a, runtime: {} }]\n`, ":2: defaults: unknown key 'levl'; did you mean level?"),
  seen(
    `${HEAD}defaults:\n  paths: [x]\ntargets: [{ name: a, image: {} }]\n`,
    ":3: defaults: unknown key 'paths'; no command has such an option",
  ),
  seen(
    `${HEAD}defaults: { report: json }\ntargets: [{ name: a, runtime: {} }]\n`,
    ":2: defaults: 'report' stands beside defaults, not in them",
  ),
  seen(
    `${HEAD}defaults:\n  rate: fast\ntargets: [{ name: a, runtime: {} }]\n`,
    ":3: defaults.rate: 'fast': must be a whole number from 1 to 1000000",
  ),
  seen(`${HEAD}defaults: []\ntargets: [{ name: a, runtime: {} }]\n`, ":2: defaults: must be a mapping (key: value), not a list"),
  unseen(
    `${HEAD}defaults: { spec: head }\ntargets: [{ name: r, registry: {} }, { name: a, runtime: {} }]\n`,
    ":2: defaults.spec: 'head': must be one of 1.0.0, 1.0.1, 1.0.2, 1.1.0, 1.2.0, 1.2.1, 1.3.0 (for target a)",
  ),
  seen(`${HEAD}report: 5\ntargets: [{ name: a, runtime: {} }]\n`, ':2: report: must be text; write "5" in quotes'),
];
