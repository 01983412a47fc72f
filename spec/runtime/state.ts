import type { OpenEnum } from "./config-parts.js";

/** The state of a container, as `state` prints it and hooks receive it (runtime.md, State). Runtimes may add properties. */
export interface State {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: OpenEnum<"creating" | "created" | "running" | "stopped">;
  /** Present while `created` or `running`. */
  readonly pid?: number;
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a runtime sends to a seccomp agent (config-linux.md, The Container Process State). */
export interface SeccompState {
  readonly ociVersion: string;
  /** Names of the descriptors that came along, in their order. */
  readonly fds?: readonly string[];
  readonly pid: number;
  readonly metadata?: string;
  readonly state: State;
}
