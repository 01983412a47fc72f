import fc from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { domainname, hostname } from "../../../generators/runtime/names.js";
import { additionalGids, id, umask } from "../../../generators/runtime/process/user.js";
import type { Config } from "../../../spec/runtime/config.js";
import { equal, expectThat } from "../../check.js";
import { check, example, section, unavailable, type View } from "../suite.js";
import { observed, withProcess } from "./process.js";

const createUmask = (view: View): number => {
  const step = view.case.steps.find((each) => each.op === "create" && each.container === view.index);
  return step?.op === "create" ? (step.umask ?? 0o022) : 0o022;
};

/** The container has a UTS namespace that its config asks for, and nothing else names it. */
const ownUts = ({ linux }: Config): boolean => linux?.namespaces?.some(({ type }) => type === "uts") ?? false;

/** No attempt of the probe changed the names before they were read: attempts come last. */
const names = (view: View) => (view.probe && view.container.configText === undefined ? view.probe.uname : undefined);

export default section("User, host name", [
  check("runtime.user.uid", (view) => {
    const seen = observed(view);
    if (!seen) return undefined;
    const { real, effective, saved } = seen.inside.uid;
    const wanted = seen.process.user.uid;
    return equal({ real, effective, saved }, { real: wanted, effective: wanted, saved: wanted });
  }),
  check("runtime.user.gid", (view) => {
    const seen = observed(view);
    if (!seen) return undefined;
    const { real, effective, saved } = seen.inside.gid;
    const wanted = seen.process.user.gid;
    return equal({ real, effective, saved }, { real: wanted, effective: wanted, saved: wanted });
  }),
  check("runtime.user.additional-gids", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.user.additionalGids;
    if (!seen || !wanted || wanted.length === 0) return undefined;
    const missing = wanted.filter((gid) => !seen.inside.groups.includes(gid) && seen.inside.gid.real !== gid);
    return expectThat(missing.length === 0, wanted, seen.inside.groups, "groups of the process");
  }),
  check("runtime.user.umask", (view) => {
    const seen = observed(view);
    const wanted = seen?.process.user.umask;
    return wanted === undefined ? undefined : equal(seen?.inside.umask, wanted);
  }),
  check("runtime.user.umask-unchanged", (view) => {
    const seen = observed(view);
    if (!seen || seen.process.user.umask !== undefined) return undefined;
    return equal(seen.inside.umask, createUmask(view));
  }),
  example(["runtime.user.uid", "runtime.user.gid"], ({ host, target }) =>
    fc
      .tuple(id(host), id(host))
      .map(([uid, gid]) => caseOf(withProcess(target.release, { user: { uid, gid } }), { title: "a user and a group" })),
  ),
  example(["runtime.user.additional-gids"], ({ host, target }) =>
    host.outside.setgroups === "deny"
      ? unavailable("the sandbox's user namespace does not allow supplementary groups")
      : additionalGids(host)
          .filter((gids) => gids.length > 0)
          .map((gids) =>
            caseOf(withProcess(target.release, { user: { uid: 0, gid: 0, additionalGids: gids } }), { title: "additional groups" }),
          ),
  ),
  example(["runtime.user.umask"], ({ target }) =>
    umask().map((mask) => caseOf(withProcess(target.release, { user: { uid: 0, gid: 0, umask: mask } }), { title: "a umask" })),
  ),
  example(["runtime.user.umask-unchanged"], ({ target }) =>
    fc
      .constantFrom(0o022, 0o027, 0o077, 0o002)
      .map((mask) => caseOf(minimalConfig(target.release), { title: "the caller's umask", umask: mask })),
  ),

  check("runtime.hostname.set", (view) => {
    const seen = names(view);
    return seen && view.config.hostname !== undefined && ownUts(view.config) ? equal(seen.nodename, view.config.hostname) : undefined;
  }),
  check("runtime.domainname.set", (view) => {
    const seen = names(view);
    return seen && view.config.domainname !== undefined && ownUts(view.config) ? equal(seen.domainname, view.config.domainname) : undefined;
  }),
  example(["runtime.hostname.set"], ({ target }) =>
    hostname().map((name) => caseOf({ ...minimalConfig(target.release), hostname: name }, { title: "a host name" })),
  ),
  example(["runtime.domainname.set"], ({ target }) =>
    domainname().map((name) => caseOf({ ...minimalConfig(target.release), domainname: name }, { title: "a domain name" })),
  ),
]);
