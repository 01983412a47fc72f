import { authorizing } from "./auth/authorize.js";
import { type CredentialsOf, NOBODY } from "./auth/credentials.js";
import type { Hooks } from "./faults/hooks.js";
import type { Send, Wrap } from "./http/message.js";
import { patient } from "./http/patience.js";
import { following } from "./http/redirects.js";
import { again } from "./http/stale.js";
import { warning } from "./http/warnings.js";
import { wire } from "./http/wire.js";
import type { Limits } from "./limits.js";

/** What every part of the client needs. */
export interface Client {
  /** Sends a request, and does all that HTTP and the registry want of it: redirects, credentials, patience. */
  readonly send: Send;
  readonly limits: Limits;
  readonly hooks: Hooks;
  /** Whether registries are spoken to without TLS. */
  readonly plainHttp: boolean;
  /** Ends all connections. */
  close(): void;
}

export interface ClientOptions {
  readonly limits: Limits;
  readonly plainHttp: boolean;
  readonly ca?: string | undefined;
  readonly credentials?: CredentialsOf | undefined;
  /** Shows a warning of a registry's. */
  readonly warn: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly hooks?: Hooks;
  /** A fault around what is sent. */
  readonly wrap?: Wrap | undefined;
}

/** Each hop of a redirect is authorized for its own host, and each request that is authorized anew waits for its own turn. */
export function openClient(options: ClientOptions): Client {
  const { limits, plainHttp, ca, credentials = NOBODY, warn, signal, hooks = new Set(), wrap = (send) => send } = options;
  const connections = wire({ limits, ca, signal });
  const one: Send = patient(limits, signal)(warning(warn, hooks)(again(connections.send)));
  const followed = following(limits.redirects, hooks);
  const send = wrap(followed(authorizing(credentials, followed(one), hooks)(one)));
  return { send, limits, hooks, plainHttp, close: connections.close };
}
