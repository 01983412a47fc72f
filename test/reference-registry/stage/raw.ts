import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection by hand: nothing of it is made nicer. */
export class Raw {
  readonly socket: Socket;
  /** All that came. */
  got = "";
  readonly #ended: Promise<unknown>;
  #more: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.got += text;
      this.#more();
    });
    socket.on("error", () => undefined);
    this.#ended = new Promise((resolve) => socket.on("close", resolve));
    socket.on("close", () => this.#more());
  }

  /** @param address `127.0.0.1:5000` */
  static async to(address: string): Promise<Raw> {
    const [host = "", port = ""] = address.split(":");
    const socket = connect({ host, port: Number(port) });
    await once(socket, "connect");
    return new Raw(socket);
  }

  /** Sends lines, each with its end, and what follows them. */
  send(lines: readonly string[], rest = ""): this {
    this.socket.write(`${lines.map((line) => `${line}\r\n`).join("")}${rest}`);
    return this;
  }

  /** Waits until that came. @throws Error where the connection is closed before */
  async until(text: string | RegExp): Promise<string> {
    const there = (): boolean => (typeof text === "string" ? this.got.includes(text) : text.test(this.got));
    while (!there()) {
      if (this.socket.destroyed) throw new Error(`it is closed, and there is no ${text} in ${this.got}`);
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
    return this.got;
  }

  /** Waits until the other side has closed it. */
  async closed(): Promise<string> {
    await this.#ended;
    return this.got;
  }
}
