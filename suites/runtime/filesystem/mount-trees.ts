/** config.md, "Linux mount options": those that are about mounts inside of others. */
import fc, { type Arbitrary } from "fast-check";

import { oneOf } from "../../../generators/choices.js";
import type { RuntimeCase } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import type { Mount } from "../../../spec/runtime/config.js";
import { MOUNT_OPTIONS, type MountOption } from "../../../spec/runtime/mount-options.js";
import { check, example, section } from "../suite.js";
import {
  ableToSetUid,
  among,
  mountCase,
  mountCaseWith,
  place,
  propAttempts,
  SUB,
  TREE,
  treeFixtures,
  withoutKernel,
} from "./mount-cases.js";
import { judgeBind, judgeOption, optionId, telling } from "./mount-option-views.js";

const RECURSIVE = MOUNT_OPTIONS.filter(({ kind, level, recursive }) => recursive && kind === "mount" && level !== "MAY");
const PROPAGATION = MOUNT_OPTIONS.filter(({ kind }) => kind === "propagation");

/**
 * A bind mount of two mounts, both of which have the opposite of the option; or a tmpfs, which would refuse an option that is
 * passed on to it, where the option is one that nothing else shows.
 */
function recursiveCase(facts: RuntimeFacts, option: MountOption): Arbitrary<RuntimeCase> {
  const { name } = option;
  return fc.tuple(place(), among(["rbind"], name)).map(([path, options]) => {
    const bound = `${path}/bound`;
    const inside: Mount = { destination: bound, type: "none", source: TREE, options };
    const fresh: Mount = { destination: bound, type: "tmpfs", source: "tmpfs", options: [name] };
    const drawn = mountCase(facts, [telling(option, inside) ? inside : fresh], `mounts inside of mounts with the option ${name}`, {
      fixtures: treeFixtures(facts, name),
      attempts: [bound, `${bound}/${SUB}`].flatMap((each) => propAttempts(facts, name.slice(1), each)),
    });
    return name.endsWith("suid")
      ? { ...drawn, containers: drawn.containers.map((one) => ({ ...one, config: ableToSetUid(facts, one.config) })) }
      : drawn;
  });
}

/**
 * A bind mount of two mounts that the runtime's mount namespace shares. What becomes of them in the container is up to the root's
 * propagation: as slaves they may still be anything but what the option makes of them.
 */
const propagationCase = (facts: RuntimeFacts, { name, recursive }: MountOption): Arbitrary<RuntimeCase> =>
  fc
    .tuple(place(), among([recursive ? "rbind" : "bind"], name))
    .map(([destination, options]) =>
      mountCaseWith(
        facts,
        [{ destination, type: "none", source: TREE, options }],
        /slave|private/.test(name) ? { rootfsPropagation: "slave" } : {},
        `a bind mount with the option ${name}`,
        { fixtures: treeFixtures(facts, "", "shared") },
      ),
    );

export default section("Mounts inside of mounts", [
  ...RECURSIVE.map((option) => check(optionId(option.name), (view) => judgeOption(option, view))),
  ...RECURSIVE.map((option) => example(optionId(option.name), (facts) => withoutKernel(facts, "5.12") ?? recursiveCase(facts, option))),

  ...PROPAGATION.map((option) => check(optionId(option.name), (view) => judgeOption(option, view))),
  ...PROPAGATION.map((option) => example(optionId(option.name), (facts) => propagationCase(facts, option))),

  ...(["bind", "rbind"] as const).flatMap((how) => [
    check(optionId(how), (view) => judgeBind(view, how)),
    example(optionId(how), (facts) =>
      fc.tuple(place(), oneOf(["none", "bind"], "type")).map(([destination, type]) =>
        mountCase(facts, [{ destination, type, source: TREE, options: [how] }], "a bind mount of a mount inside of which is another", {
          fixtures: treeFixtures(facts),
        }),
      ),
    ),
  ]),
]);
