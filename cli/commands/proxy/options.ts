import { type Command, InvalidArgumentError, Option } from "commander";
import { RELEASES, type Release } from "../../../spec/distribution/releases.js";
import { UsageError } from "../../../spec/errors.js";
import { collect, makeCommand, parse, wholeNumber } from "../../options/command.js";
import { withReportOptions } from "../../options/common.js";
import type { SessionOptions } from "../../session/session.js";

/** The options of `oci-conform proxy`, parsed. */
export interface ProxyOptions extends SessionOptions {
  readonly upstream: URL;
  readonly listen: number;
  /** A file with whom to trust at the upstream. */
  readonly ca?: string;
  readonly spec: Release;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly grep?: string;
  readonly list: boolean;
  readonly out: string;
}

/** The address of a registry, without anything behind it. */
function origin(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError("It must be a URL with http or https.");
  const url = new URL(text);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "")
    throw new InvalidArgumentError("It must be a scheme, a host and a port alone, such as https://registry.example.");
  return url;
}

/** The command line of `oci-conform proxy`. */
export const proxyCommand = (): Command =>
  withReportOptions(
    makeCommand("proxy", "Stands between clients and a registry until SIGTERM or SIGINT, then judges both by what went by.")
      .usage("--upstream URL [options]")
      .option("--upstream <url>", "the registry to which every request goes on", origin)
      .option("--listen <port>", "where to listen on 127.0.0.1; 0 takes any port that is free", wholeNumber(0, 65535), 0)
      .option("--ca <file>", "certificates to trust at the upstream, in place of the system's (PEM)")
      .addOption(new Option("--spec <release>", "the release to judge by").choices([...RELEASES]).default("1.1.1"))
      .option("--only <id>", "only this requirement, or all below it; repeatable", collect, [])
      .option("--skip <id>", "not this requirement, nor those below it; repeatable", collect, [])
      .option("--grep <regexp>", "only requirements whose id or summary matches")
      .option("--list", "list the selected requirements and listen to nothing", false),
  ).option("--out <directory>", "where the traffic of findings is stored", ".oci-conform");

/** Parses the command line; undefined when help was printed. @throws UsageError */
export function proxyOptions(args: readonly string[]): ProxyOptions | undefined {
  const command = proxyCommand();
  if (!parse(command, args)) return undefined;
  const options = command.opts<ProxyOptions>();
  if (options.upstream === undefined && !options.list)
    throw new UsageError("proxy: --upstream is needed: the registry to which requests go on");
  return options;
}
