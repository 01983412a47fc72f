import type { Verb } from "../case.js";
import type { ClientFacts } from "../facts.js";

/**
 * A client of registries, as its command lines. They are lines of shell; `run NAME COMMAND…` runs a command of the tool and ends the case when
 * it fails, its output is then in `$OUT/NAME.stdout`; `daemon SOCKET COMMAND…` starts one that makes a socket when it is ready. The words:
 *
 * - `$REF` the target, `$FROM` a copy's source: `127.0.0.1:5000/oci-conform/a:tag`, or with `@digest`; `$REPO` the same without tag or digest
 * - `$LAYOUT` the image layout to push, `$TAG` the tag in it; `$DIR` where to write what is pulled, which does not exist yet
 * - `$FILE` and `$TYPE` what to attach, and its artifactType; `$ANNOTATIONS` a file of lines KEY=VALUE; `$FILTER` an artifactType, or empty
 * - `$CHUNK` a size in bytes; `$SCHEME` http or https; `$VERIFY` true for https, false for http; `$CA` a file with the authority to trust
 * - `$USERNAME` and `$PASSWORD` for the target's host, both empty where there are none (docker's config file in `$HOME` has them, too)
 * - `$PROXY` an address to pull by instead of the target's, whose place the query's ns says; empty where there is none
 * - `$STORE`, a directory of its own for what it keeps
 */
export interface ClientTool extends Pick<ClientFacts, "keeps" | "tls" | "credentials" | "proxy"> {
  readonly name: string;
  /** The program that must be there. */
  readonly program: string;
  /** Further programs that must be there. */
  readonly needs?: readonly string[];
  /** Prints its version. */
  readonly version: readonly string[];
  /** The lines of each verb that it has. */
  readonly verbs: Readonly<Partial<Record<Verb, readonly string[]>>>;
  /** The same as they were given, where somebody gave them on the command line. */
  readonly commands?: Readonly<Partial<Record<Verb, string>>>;
  /** What it needs of the machine besides its program where such things are hidden: absolute paths of files and directories. */
  readonly exposes?: readonly string[];
  /** Where its commands are run, so that paths in them mean what they mean to who wrote them. */
  readonly directory?: string;
  /** It is the bundled client, and runs in this process. */
  readonly embedded?: true;
  /** More arguments of the bundled client, such as `--fault=NAME`. */
  readonly arguments?: readonly string[];
}
