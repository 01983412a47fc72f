import { byteInHex, littleEndian } from "../bytes.js";

/** Registers by what the device program keeps in them; the kernel passes the context in the second. */
export const R = { result: 0, context: 1, access: 2, type: 3, major: 4, minor: 5 } as const;
export type Register = (typeof R)[keyof typeof R];

// Classes, sizes and operations of linux/bpf.h, put together to the few instructions needed.
const LOAD_WORD = 0x61;
const MOVE_NUMBER = 0xb7;
const MOVE = 0xbf;
const AND_NUMBER = 0x57;
const SHIFT_RIGHT = 0x77;
const JUMP = 0x05;
const IF_SET = 0x45;
const IF_NOT_EQUAL = 0x55;
const EXIT = 0x95;

interface Instruction {
  readonly code: number;
  readonly to?: Register;
  readonly from?: Register;
  readonly offset?: number;
  readonly number?: number;
}

/** An eBPF program, written from its start to its end; what a condition guards is written apart, so that its length is known. */
export class EbpfProgram {
  readonly #instructions: Instruction[] = [];

  #emit(...instructions: readonly Instruction[]): this {
    this.#instructions.push(...instructions);
    return this;
  }

  #guarded(write: (inner: EbpfProgram) => void): readonly Instruction[] {
    const inner = new EbpfProgram();
    write(inner);
    return inner.#instructions;
  }

  /** Loads a word of 32 bits; the rest of the register gets zero. */
  load(to: Register, from: Register, offset: number): this {
    return this.#emit({ code: LOAD_WORD, to, from, offset });
  }

  move(to: Register, from: Register): this {
    return this.#emit({ code: MOVE, to, from });
  }

  and(to: Register, number: number): this {
    return this.#emit({ code: AND_NUMBER, to, number });
  }

  shiftRight(to: Register, number: number): this {
    return this.#emit({ code: SHIFT_RIGHT, to, number });
  }

  /** Ends with that result. */
  exit(result: number): this {
    return this.#emit({ code: MOVE_NUMBER, to: R.result, number: result }, { code: EXIT });
  }

  /** When every register has its number. */
  whenAll(tests: readonly (readonly [register: Register, number: number])[], write: (inner: EbpfProgram) => void): this {
    const inner = this.#guarded(write);
    tests.forEach(([to, number], at) => {
      this.#emit({ code: IF_NOT_EQUAL, to, number, offset: tests.length - 1 - at + inner.length });
    });
    return this.#emit(...inner);
  }

  whenZero(register: Register, write: (inner: EbpfProgram) => void): this {
    return this.whenAll([[register, 0]], write);
  }

  /** When one of the bits is set. */
  whenSet(register: Register, bits: number, write: (inner: EbpfProgram) => void): this {
    const inner = this.#guarded(write);
    return this.#emit({ code: IF_SET, to: register, number: bits, offset: 1 }, { code: JUMP, offset: inner.length }, ...inner);
  }

  /** The program as struct bpf_insn has it on a little-endian machine, in hexadecimal. */
  encode(): string {
    return this.#instructions
      .map(
        ({ code, to = 0, from = 0, offset = 0, number = 0 }) =>
          byteInHex(code) + byteInHex(to | (from << 4)) + littleEndian(offset, 2) + littleEndian(number, 4),
      )
      .join("");
  }
}
