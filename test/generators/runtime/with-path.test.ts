import t from "tap";
import { caseOf, minimalCase, minimalConfig } from "../../../generators/runtime/base.js";
import { withPath } from "../../../generators/runtime/with-path.js";

const PATH = "PATH=/usr/bin:/bin";
const envOf = (subject: ReturnType<typeof minimalCase>) => subject.containers[0]?.config.process?.env;
const config = minimalConfig("1.0.0");
const withEnv = (...env: string[]) => ({ ...config, ...(config.process ? { process: { ...config.process, env } } : {}) });

t.test("every process gets a PATH, if it has none", async (t) => {
  t.same(envOf(withPath(minimalCase("1.0.0"))), [PATH]);
  t.same(envOf(withPath(caseOf(withEnv("A=1")))), ["A=1", PATH]);
  t.same(envOf(withPath(caseOf(withEnv("PATH=/x")))), ["PATH=/x"]);
  t.same(withPath(caseOf(config, { control: config })).control?.process?.env, [PATH]);
});

t.test("so does a config with a fault, which keeps it", async (t) => {
  const helped = (value: unknown): unknown => {
    const text = withPath(caseOf(config, { configText: JSON.stringify(value) })).containers[0]?.configText;
    return typeof text === "string" ? JSON.parse(text) : text;
  };
  t.match(helped({ process: { cwd: 5 } }), { process: { cwd: 5, env: [PATH] } });
  t.match(helped({ process: { env: [5] } }), { process: { env: [5, PATH] } });
  t.same(helped({ process: { env: "text" } }), { process: { env: "text" } });
  t.same(helped({ process: 5 }), { process: 5 });
  t.equal(withPath(caseOf(config, { configText: "{" })).containers[0]?.configText, "{");
});

t.test("where the environment is judged, it stays as it is", async (t) => {
  const subject = caseOf(withEnv("A=1"), { aims: ["runtime.process.env"] });
  t.equal(withPath(subject), subject);
});
