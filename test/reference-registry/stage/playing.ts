import { Agent } from "node:http";
import type { Test } from "tap";
import type { Behaviour, Host } from "../../../reference-registry/behaviours/behaviour.js";
import type { ClientExchange } from "../../../reference-registry/stage/exchange.js";
import type { Play, PlayedRepository } from "../../../reference-registry/stage/play.js";
import { type PlayedOut, Stage } from "../../../reference-registry/stage/stage.js";
import { Client, descriptor, digest, imageOf, MANIFEST } from "../client.js";

export const HOSTS: readonly Host[] = ["registry", "other", "plain", "token"];

export const CONFIG = "{}";
export const LAYER = "0123456789".repeat(20);
/** An image of a config and a layer. */
export const IMAGE = JSON.stringify(imageOf(digest(CONFIG), { layers: [descriptor(digest(LAYER), LAYER.length)] }));

/** The image in a repository, by the tag `t`. */
export const holding = (host: Host = "registry", name = "a"): PlayedRepository => ({
  host,
  name,
  contents: [
    ...[CONFIG, LAYER].map((text) => ({ digest: digest(text), bytes: Buffer.from(text) })),
    { digest: digest(IMAGE), bytes: Buffer.from(IMAGE), mediaType: MANIFEST, tags: ["t"] },
  ],
});

export const BLOB = `/v2/a/blobs/${digest(LAYER)}`;

export const playOf = (behaviours: readonly Behaviour[] = [], more: Partial<Play> = {}): Play => ({
  holds: [holding()],
  choices: [],
  behaviours,
  credentials: {},
  ...more,
});

const renewing = new WeakMap<Stage, () => void>();

/** A stage of four hosts for a test, and clients of them, on keep-alive connections. */
export async function stageFor(t: Test): Promise<{ readonly stage: Stage; readonly at: (host?: Host) => Client }> {
  const stage = await Stage.open(HOSTS.map((host) => ({ host, address: "127.0.0.1", port: 0 })));
  let agent = new Agent({ keepAlive: true });
  renewing.set(stage, () => {
    agent.destroy();
    agent = new Agent({ keepAlive: true });
  });
  t.teardown(async () => {
    agent.destroy();
    await stage.close();
  });
  return { stage, at: (host = "registry") => new Client(`http://${stage.addresses[host]}`, { agent }) };
}

/** Plays something once: begins, with connections of its own, does what is to be done, and ends. */
export async function played(stage: Stage, play: Play, act: () => Promise<unknown>): Promise<PlayedOut> {
  // A client that does not know yet that its connection was closed may use it.
  renewing.get(stage)?.();
  await stage.begin(play);
  await act();
  return stage.end();
}

/** `GET /v2/ → 200 [0]` */
export const inShort = ({ host, request: { method, target }, response, behaviours }: ClientExchange): string =>
  `${host === "registry" ? "" : `${host}: `}${method} ${target} → ${response?.status ?? "nothing"}${behaviours.length > 0 ? ` [${behaviours}]` : ""}`;
