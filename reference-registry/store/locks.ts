/** Work on the same thing is done one after another; work on different things at the same time. */
export class Locks {
  readonly #last = new Map<string, Promise<void>>();

  async hold<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    let release = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#last.set(key, mine);
    try {
      if (before) await before;
      return await work();
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
      release();
    }
  }
}
