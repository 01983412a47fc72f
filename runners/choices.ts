import type fc from "fast-check";

/** What one draw took of a table. */
export interface Taken {
  /** Tells the choice from the others of the draw, and knows it again in the next one. */
  readonly key: string;
  /** Where in its table what was taken stands. */
  readonly index: number;
  /** What the rows of its table are, in a word; none where they need no mention. */
  readonly name?: string;
  /** The rows, in words: one, or those of a group. */
  readonly rows: readonly string[];
  /** Of a group: where each of its rows stands when it is drawn by itself. */
  readonly alone?: readonly number[];
}

/** A table to choose from. */
export interface Table {
  /** The same for the same table, whoever made it. */
  readonly key: string;
  readonly name?: string;
  /** How many there are to choose from. */
  readonly size: number;
  /** What an index stands for; those from `size` on are only drawn when they are asked for. */
  readonly taken: (index: number) => Omit<Taken, "key" | "index" | "name">;
}

/** How often each index of each choice was taken, and which choices came after it. */
interface Standing {
  readonly counts: number[];
  readonly followers: Map<number, Set<string>>;
}

/**
 * What a stream of draws took of its tables. Each draw takes what was taken least, so that after as many draws as the longest table has rows every
 * row of every table was taken: which, no seed decides.
 */
export class Choices {
  readonly #standings = new Map<string, Standing>();

  /** Whether some table was not taken whole yet. */
  get isPending(): boolean {
    return [...this.#standings.keys()].some((key) => this.#lacks(key));
  }

  /** The index to take next: one never taken, else one after which there was a choice that is not whole yet, else the one taken least. */
  next(key: string, size: number): number {
    const { counts, followers } = this.#standing(key, size);
    const least = counts.indexOf(Math.min(...counts));
    if (counts[least] === 0) return least;
    const leading = counts
      .map((times, index) => ({ times, index }))
      .filter(({ index }) => [...(followers.get(index) ?? [])].some((each) => this.#lacks(each)))
      .sort((a, b) => a.times - b.times)[0];
    return leading?.index ?? least;
  }

  /** Notes what one draw took, in its order. */
  note(draw: readonly { readonly key: string; readonly index: number }[]): void {
    draw.forEach(({ key, index }, at) => {
      const standing = this.#standings.get(key);
      if (standing?.counts[index] === undefined) return;
      standing.counts[index]++;
      const followers = standing.followers.get(index) ?? new Set();
      for (const later of draw.slice(at + 1)) followers.add(later.key);
      standing.followers.set(index, followers);
    });
  }

  #lacks(key: string): boolean {
    return this.#standings.get(key)?.counts.includes(0) ?? false;
  }

  #standing(key: string, size: number): Standing {
    const standing = this.#standings.get(key) ?? { counts: new Array<number>(size).fill(0), followers: new Map() };
    this.#standings.set(key, standing);
    return standing;
  }
}

/** The choices of one draw: made by those of the stream while it is drawn, and the same again when a simpler neighbour is drawn anew. */
class Draw {
  readonly made: Taken[] = [];
  readonly #times = new Map<string, number>();
  readonly #choices: Choices;
  readonly #forced: ReadonlyMap<string, number>;
  #ended = false;

  constructor(choices: Choices, forced: ReadonlyMap<string, number>) {
    this.#choices = choices;
    this.#forced = forced;
  }

  choose(table: Table): number | undefined {
    if (this.#ended) {
      const same = this.made.find(({ key }) => key.startsWith(`${table.key}#`));
      return same?.index;
    }
    const occurrence = this.#times.get(table.key) ?? 0;
    this.#times.set(table.key, occurrence + 1);
    const key = `${table.key}#${occurrence}`;
    const index = this.#forced.get(key) ?? this.#choices.next(key, table.size);
    const name = table.name === undefined ? {} : { name: table.name };
    this.made.push({ key, index, ...name, ...table.taken(index) });
    return index;
  }

  end(): void {
    this.#ended = true;
    this.#choices.note(this.made);
  }
}

/** Randomness in whose draws choices are not left to luck; nor in those of its clones. */
interface GuidedRandom extends fc.Random {
  readonly draw: Draw;
}

function guided(random: fc.Random, draw: Draw): GuidedRandom {
  const clone = random.clone.bind(random);
  return Object.assign(random, { draw, clone: () => guided(clone(), draw) });
}

/** The index to take of a table: as the stream of draws wants it, or by luck where nothing guides. */
export function choose(random: fc.Random, table: Table): number {
  const wanted = "draw" in random && random.draw instanceof Draw ? random.draw.choose(table) : undefined;
  return wanted ?? (table.size === 1 ? 0 : random.nextInt(0, table.size - 1));
}

/** Generates by an arbitrary with these choices. `forced` has the index for each choice that is not free. */
export function generateWith<T>(
  arbitrary: fc.Arbitrary<T>,
  random: fc.Random,
  bias: number | undefined,
  choices: Choices,
  forced: ReadonlyMap<string, number>,
): { readonly value: fc.Value<T>; readonly taken: readonly Taken[] } {
  const draw = new Draw(choices, forced);
  const value = arbitrary.generate(guided(random, draw), bias);
  draw.end();
  return { value, taken: draw.made };
}
