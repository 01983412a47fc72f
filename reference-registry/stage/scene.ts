import type { IncomingMessage, ServerResponse } from "node:http";
import type { Around } from "../behaviours/around.js";
import { behaving } from "../behaviours/behaving.js";
import type { Host } from "../behaviours/behaviour.js";
import { placing } from "../behaviours/locations.js";
import { Places } from "../behaviours/places.js";
import { circling } from "../behaviours/redirects.js";
import { Tokens } from "../behaviours/tokens.js";
import { type Arrival, holderOf, wayOf } from "../behaviours/way.js";
import type { Call, Handler } from "../http/call.js";
import { type Reply, refusal } from "../http/reply.js";
import { targeted } from "../http/target.js";
import { Arriving } from "./arriving.js";
import { Cast } from "./cast.js";
import type { HeldByHosts } from "./exchange.js";
import type { Play } from "./play.js";
import { Recorder } from "./recorder.js";
import { MOST_EXCHANGES, Wire } from "./wire.js";

const MALFORMED = refusal(400, "NAME_INVALID", "the URL has a percent sign that begins no escape");
const NOTHING = refusal(404, "UNSUPPORTED", "here are only tokens");

/** One play on a stage: its registries, their behaviours, and what was recorded of it. */
export class Scene {
  readonly recorder = new Recorder();
  /** What went wrong with us, and not with the client. */
  readonly failures: unknown[] = [];
  readonly #play: Play;
  readonly #cast: Cast;
  readonly #around: Around;
  readonly #behaving: ReturnType<typeof behaving>;

  private constructor(play: Play, cast: Cast, urls: Around["urls"]) {
    const { behaviours, credentials } = play;
    this.#play = play;
    this.#cast = cast;
    this.#around = {
      urls,
      credentials,
      places: new Places(),
      tokens: new Tokens(behaviours, credentials),
      registryOf: (host) => cast.opened(holderOf(host)),
    };
    this.#behaving = behaving(behaviours, this.#around);
  }

  /**
   * @param dir an empty directory of its own
   * @throws RangeError for a choice that there is not, and for what no registry can hold
   */
  static async open(play: Play, urls: Around["urls"], dir: string): Promise<Scene> {
    return new Scene(play, await Cast.of(play, dir), urls);
  }

  /** Whoever asks so often does not come to an end. */
  get full(): boolean {
    return this.recorder.count >= (this.#play.most ?? MOST_EXCHANGES);
  }

  /** Answers a request, and records it. Fulfilled when nothing more of either comes or goes; never rejected. */
  async receive(host: Host, request: IncomingMessage, response: ServerResponse, waits = false): Promise<void> {
    const exchange = this.recorder.open(host, "encrypted" in request.socket, request);
    const arriving = new Arriving(request, exchange, response, waits);
    try {
      await this.#exchange(host, request, arriving, new Wire(request, response, exchange));
    } catch (thrown) {
      // With the client gone there is nobody to tell, and nothing wrong with us.
      if (!request.destroyed || request.complete) this.failures.push(thrown);
      response.destroy();
    }
    exchange.end(this.recorder.now());
  }

  async #exchange(host: Host, request: IncomingMessage, body: Arriving, wire: Wire): Promise<void> {
    const { method = "GET" } = request;
    const reply = await this.#reply(host, request, body);
    await Promise.all([wire.send(method, reply, body.awaited), body.rest()]);
  }

  async #reply(host: Host, request: IncomingMessage, body: Arriving): Promise<Reply> {
    const { arrival, call } = callOf(host, request, body) ?? {};
    if (!arrival || !call) return MALFORMED;
    const circle = circling(this.#play.behaviours, arrival, call.target, this.#around);
    if (circle) return circle;
    const base = (await this.#cast.member(arrival.of))?.handler ?? this.#tokens;
    const placed = placing(this.#around)(arrival)(base);
    return this.#behaving(arrival)(placed)(call);
  }

  readonly #tokens: Handler = (call) => (call.route.kind === "token" ? this.#around.tokens.issue(call) : NOTHING);

  /** What its registries hold. */
  held(): HeldByHosts {
    return this.#cast.held();
  }
}

function callOf(host: Host, request: IncomingMessage, body: Arriving): { readonly arrival: Arrival; readonly call: Call } | undefined {
  const { method = "GET", url = "/", headers, socket } = request;
  try {
    const { arrival, target } = wayOf(host, targeted(url).target);
    return { arrival, call: { method, ...targeted(target), headers, body, address: 0, secure: "encrypted" in socket, allows: () => true } };
  } catch (thrown) {
    if (thrown instanceof URIError) return undefined;
    throw thrown;
  }
}
