/** Cases that restart the server have it to themselves. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #shared = new Set<Promise<unknown>>();

  async run<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    if (!alone) {
      const before = this.#last;
      const own = before.then(work);
      const settled = own.catch(() => undefined);
      this.#shared.add(settled);
      void settled.then(() => this.#shared.delete(settled));
      return own;
    }
    const before = Promise.all([this.#last, ...this.#shared]);
    const own = before.then(work);
    this.#last = own.catch(() => undefined);
    return own;
  }
}
