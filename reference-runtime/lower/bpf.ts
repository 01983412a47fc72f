import { byteInHex, littleEndian } from "../bytes.js";

/** A place in a program, as the number of instructions from there to the end. */
export type Label = number;

interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

// The classes, sizes and modes of linux/bpf_common.h, put together to the few instructions needed.
const LOAD_WORD = 0x20;
const AND = 0x54;
const JUMP = 0x05;
const IF_EQUAL = 0x15;
const IF_GREATER = 0x25;
const IF_AT_LEAST = 0x35;
const RETURN = 0x06;

/** How far a conditional jump may reach: 255, and one less for the bridge that its other branch may put in between. */
const REACH = 254;

/** Offsets in struct seccomp_data. */
export const DATA = { nr: 0, arch: 4, arg: (index: number): number => 16 + 8 * index } as const;

/** What is asked of one argument of a call, in 64 bits; `operand` is what MASKED_EQ compares the masked argument with. */
export interface Condition {
  readonly index: number;
  readonly op: "EQ" | "NE" | "LT" | "LE" | "GT" | "GE" | "MASKED_EQ";
  readonly value: bigint;
  readonly operand: bigint;
}

const high = (value: bigint): number => Number(value >> 32n);
const low = (value: bigint): number => Number(value & 0xffffffffn);

/**
 * A classic BPF program, written from its end to its start: jumps only go forward, so that every target is there before the
 * jump to it, and how far it is away is known.
 */
export class Program {
  readonly #reversed: Instruction[] = [];
  readonly #returns = new Map<number, Label>();
  /** The nearest stand-in for a place that is further away than a conditional jump reaches. */
  readonly #bridges = new Map<Label, Label>();

  /** How many instructions there are. */
  get length(): number {
    return this.#reversed.length;
  }

  #emit(code: number, k: number, jt = 0, jf = 0): Label {
    return this.#reversed.push({ code, jt, jf, k });
  }

  /** The place itself if it is near, otherwise an instruction that does what that place does or goes there. */
  #near(label: Label): Label {
    const known = this.#bridges.get(label) ?? label;
    if (this.length - known <= REACH) return known;
    const there = this.#reversed[label - 1];
    const bridge = there?.code === RETURN ? this.#emit(RETURN, there.k) : this.#emit(JUMP, this.length - label);
    this.#bridges.set(label, bridge);
    return bridge;
  }

  #branch(code: number, k: number, yes: Label, no: Label): Label {
    if (yes === no) return yes;
    const [jt, jf] = [this.#near(yes), this.#near(no)];
    return this.#emit(code, k, this.length - jt, this.length - jf);
  }

  /** An instruction that does not jump, and then goes on at `next`. */
  #then(code: number, k: number, next: Label): Label {
    if (next !== this.length) this.#emit(JUMP, this.length - next);
    return this.#emit(code, k);
  }

  /** Ends with that verdict. */
  verdict(value: number): Label {
    const label = this.#returns.get(value) ?? this.#emit(RETURN, value);
    this.#returns.set(value, label);
    return label;
  }

  /** Loads a word of the call's data. */
  load(offset: number, next: Label): Label {
    return this.#then(LOAD_WORD, offset, next);
  }

  ifEqual(value: number, yes: Label, no: Label): Label {
    return this.#branch(IF_EQUAL, value, yes, no);
  }

  /** Tests an argument; what had been loaded is lost. */
  condition({ index, op, value, operand }: Condition, yes: Label, no: Label): Label {
    const offset = DATA.arg(index);
    switch (op) {
      case "EQ":
        return this.#maskedEqual(offset, 0xffffffffffffffffn, value, yes, no);
      case "NE":
        return this.#maskedEqual(offset, 0xffffffffffffffffn, value, no, yes);
      case "MASKED_EQ":
        return this.#maskedEqual(offset, value, operand, yes, no);
      case "GT":
        return this.#greater(offset, IF_GREATER, value, yes, no);
      case "GE":
        return this.#greater(offset, IF_AT_LEAST, value, yes, no);
      case "LT":
        return this.#greater(offset, IF_AT_LEAST, value, no, yes);
      case "LE":
        return this.#greater(offset, IF_GREATER, value, no, yes);
    }
  }

  #maskedEqual(offset: number, mask: bigint, value: bigint, yes: Label, no: Label): Label {
    const lower = this.#maskedHalf(offset, low(mask), low(value), yes, no);
    return this.#maskedHalf(offset + 4, high(mask), high(value), lower, no);
  }

  #maskedHalf(offset: number, mask: number, value: number, yes: Label, no: Label): Label {
    // Nothing to look at: no bit counts.
    if (mask === 0) return value === 0 ? yes : no;
    const test = this.ifEqual(value, yes, no);
    return this.load(offset, mask === 0xffffffff ? test : this.#then(AND, mask, test));
  }

  /** The high half decides unless it is equal; only then the low half tells greater from greater or equal. */
  #greater(offset: number, lowTest: number, value: bigint, yes: Label, no: Label): Label {
    const lower = this.load(offset, this.#branch(lowTest, low(value), yes, no));
    return this.load(offset + 4, this.#branch(IF_GREATER, high(value), yes, this.ifEqual(high(value), lower, no)));
  }

  /** Finds by halving which of the intervals the loaded word is in; the first starts at 0, each ends where the next starts. */
  search(intervals: readonly { readonly start: number; readonly target: Label }[]): Label {
    const middle = intervals[intervals.length >> 1];
    if (!middle || intervals.length === 1) return middle?.target ?? this.length;
    const from = intervals.length >> 1;
    const [above, below] = [this.search(intervals.slice(from)), this.search(intervals.slice(0, from))];
    return this.#branch(IF_AT_LEAST, middle.start, above, below);
  }

  /** The program as struct sock_filter has it on a little-endian machine, in hexadecimal. */
  encode(): string {
    const instructions = this.#reversed.toReversed();
    return instructions.map(({ code, jt, jf, k }) => littleEndian(code, 2) + byteInHex(jt) + byteInHex(jf) + littleEndian(k, 4)).join("");
  }
}
