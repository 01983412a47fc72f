import { type Host, readHost } from "../../reference-runtime/host.js";
import { planText } from "../../reference-runtime/in-process.js";
import { nodeSystem } from "../../reference-runtime/node-system.js";
import { HarnessError } from "../../spec/errors.js";
import type { HostFacts } from "./host.js";
import type { SandboxOptions } from "./protocol.js";
import type { Driver } from "./script.js";
import { Worker } from "./worker.js";

/** The machine as the bundled runtime sees it inside the sandbox. */
async function hostInside(agent: string, sandbox: Omit<SandboxOptions, "cgroupName">, facts: HostFacts): Promise<Host> {
  const worker = await Worker.start({ ...sandbox, agent, cgroupName: `oci-conform-${process.pid}-reference` });
  try {
    const mounts = (facts.outside.mounts ?? []).filter(({ type }) => type === "cgroup2");
    const paths = ["/proc/self/mountinfo", ...mounts.map(({ target }) => `${target}/cgroup.controllers`)];
    const answers = await worker.run(paths.map((path) => ({ do: "read", path, max: 1 << 20 })));
    const texts = new Map(
      paths.flatMap((path, at) => {
        const answer = answers[at];
        return answer?.kind === "bytes" ? [[path, answer.bytes.toString("utf8")] as const] : [];
      }),
    );
    const read = (path: string): string => {
      const text = texts.get(path);
      if (text === undefined) throw new HarnessError(`${path} cannot be read in the sandbox`);
      return text;
    };
    const host = readHost({ ...nodeSystem, read });
    // An ordinary user's runtime is root of the sandbox's user namespace, and not who this process is.
    return { ...host, uid: facts.outside.uid.effective };
  } finally {
    await worker.close();
  }
}

/** A driver of the bundled runtime whose configs are lowered in this process. @throws SandboxFailed, HarnessError */
export async function inProcess(
  driver: Driver,
  agent: string,
  sandbox: Omit<SandboxOptions, "cgroupName">,
  facts: HostFacts,
  fault?: string,
): Promise<Driver> {
  const host = await hostInside(agent, sandbox, facts);
  return { ...driver, plan: (configText, bundle, id) => planText(configText, bundle, id, host, fault) };
}
