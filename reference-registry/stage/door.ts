import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Host } from "../behaviours/behaviour.js";
import { refusing } from "../http/listener.js";
import { closedOf } from "./closed.js";
import type { StageHost } from "./play.js";
import { KEEP_ALIVE } from "./wire.js";

/** Whoever answers what comes in by a door. */
export interface Answerer {
  /** It takes no more. */
  readonly full?: boolean;
  /** Answers a request. Fulfilled when nothing more of it comes or goes; never rejected. @param waits the client waits to be asked for the body */
  receive(host: Host, request: IncomingMessage, response: ServerResponse, waits: boolean): Promise<void>;
}

/** A connection on which nothing happens is given up after so many milliseconds; a play is over sooner. */
const IDLE = 120_000;

/** Where a host of a stage listens. Nobody is let in between two plays. */
export class Door {
  readonly host: Host;
  /** `127.0.0.1:5000` */
  readonly address: string;
  /** The same with its scheme. */
  readonly url: string;
  /** Connections of this play. */
  opened = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #scene: Answerer | undefined;
  readonly #running = new Set<Promise<void>>();
  /** Bytes that came on connections that are closed. */
  #read = 0;

  private constructor(host: Host, server: Server, secure: boolean) {
    const { address, port } = server.address() as AddressInfo;
    this.host = host;
    this.address = `${address.includes(":") ? `[${address}]` : address}:${port}`;
    this.url = `${secure ? "https" : "http"}://${this.address}`;
    this.#server = server;
    server.on("connection", (socket: Socket) => this.#connected(socket));
    const received = (waits: boolean) => (request: IncomingMessage, response: ServerResponse) => this.#received(request, response, waits);
    server.on("request", received(false));
    server.on("checkContinue", received(true));
    // An expectation that nobody knows is none of a registry's business.
    server.on("checkExpectation", received(false));
    refusing(server, new Set());
  }

  /** @param idle after so many milliseconds without a byte a connection is given up; 0 for never */
  static async open({ host, address, port, tls }: StageHost, idle = IDLE): Promise<Door> {
    const server = tls ? createSecure({ cert: tls.cert, key: tls.key }) : createServer();
    server.requestTimeout = 0;
    server.timeout = idle;
    server.keepAliveTimeout = KEEP_ALIVE * 1000;
    server.listen(port, address);
    await once(server, "listening");
    return new Door(host, server, tls !== undefined);
  }

  /** Lets clients in, to that play. */
  admit(scene: Answerer): void {
    this.#scene = scene;
    this.opened = 0;
  }

  /** A number that changes whenever anything comes in. */
  get pulse(): number {
    let bytes = this.#read;
    for (const { bytesRead } of this.#sockets) bytes += bytesRead;
    return this.opened + bytes;
  }

  #connected(socket: Socket): void {
    if (!this.#scene) {
      socket.destroy();
      return;
    }
    this.opened++;
    this.#sockets.add(socket);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#read += socket.bytesRead;
    });
    // Below TLS nobody else listens for it; above, the server does.
    socket.on("error", () => socket.destroy());
  }

  #received(request: IncomingMessage, response: ServerResponse, waits: boolean): void {
    if (!this.#scene || this.#scene.full) {
      request.socket.destroy();
      return;
    }
    const running = this.#scene.receive(this.host, request, response, waits).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Lets nobody in any more, closes every connection, and waits until all that was under way has ended for that. */
  async empty(): Promise<void> {
    this.#scene = undefined;
    const closing = [...this.#sockets].map(closedOf);
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([...closing, ...this.#running]);
  }

  /** Listens no more. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    await this.empty();
    await closed;
  }
}
