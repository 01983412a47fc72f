/** config-linux.md, "Network". */
import { oneOf } from "../../../../generators/choices.js";
import { hasFile } from "../../../../generators/runtime/host.js";
import { refuses } from "../../refusal.js";
import { check, example, section } from "../../suite.js";
import { judgeReading, type Reading, shows } from "../files.js";
import { resourceCase, resourceFault } from "./cases.js";

const CLASS_ID = "net_cls/net_cls.classid";
const PRIORITIES = "net_prio/net_prio.ifpriomap";

const classId: Reading = ({ network }) => (network?.classID === undefined ? [] : [shows(CLASS_ID, network.classID, "0")]);

/** One line for each interface, which all have priority 0 by default. */
const priorities: Reading = ({ network }) => {
  const lines = (network?.priorities ?? []).filter(({ priority }) => priority !== 0).map(({ name, priority }) => `${name} ${priority}`);
  if (lines.length === 0) return [];
  return [
    {
      file: PRIORITIES,
      accepts: (text) => lines.every((line) => text.split("\n").includes(line)),
      expected: lines.join(", "),
    },
  ];
};

const CLASS_IDS = oneOf([1, 0x10_0001, 0xffff_ffff], "class");
const PRIORITY = oneOf([1, 1000], "priority");

export default section("Network", [
  check("runtime.network.class-id", (view) => judgeReading(view, classId)),
  refuses("runtime.network.class-id"),
  check("runtime.network.priorities", (view) => judgeReading(view, priorities)),
  refuses("runtime.network.priorities"),

  // Neither controller is part of cgroup v2, and many kernels lack both: then the property cannot be applied.
  example("runtime.network.class-id", (facts) =>
    CLASS_IDS.map((classID) =>
      hasFile(facts.host, CLASS_ID)
        ? resourceCase(facts, { network: { classID } }, "a class for network packets")
        : resourceFault(facts, "runtime.network.class-id", {
            control: {},
            fault: { network: { classID } },
            title: "a class for network packets, where no cgroup has one",
          }),
    ),
  ),
  example("runtime.network.priorities", (facts) =>
    PRIORITY.map((priority) =>
      hasFile(facts.host, PRIORITIES)
        ? resourceCase(facts, { network: { priorities: [{ name: "lo", priority }] } }, "a network priority")
        : resourceFault(facts, "runtime.network.priorities", {
            control: {},
            fault: { network: { priorities: [{ name: "lo", priority }] } },
            title: "a network priority, where no cgroup has one",
          }),
    ),
  ),
]);
