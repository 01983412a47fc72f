import { checkFile, writeWhole } from "../files/write.js";
import { UsageError } from "../spec/errors.js";
import { badge } from "./badge.js";
import type { Document } from "./document.js";
import { toFile } from "./file.js";
import { html } from "./html/html.js";
import { json } from "./json.js";
import { junit } from "./junit.js";
import { markdown } from "./markdown/markdown.js";
import type { Format, Reporter, ReporterOptions } from "./reporter.js";
import type { Results } from "./results/results.js";
import { sarif } from "./sarif/sarif.js";
import { nearest } from "./suggest.js";
import { tap } from "./tap.js";
import { terminal } from "./terminal/terminal.js";

/** The formats that tell of each target by itself, while it is tested: a new one is one file and one line here. */
const FORMATS: Readonly<Record<string, Format>> = { terminal, tap, junit, json };

/** The formats that are one document about all targets, made in the end. */
const DOCUMENTS: Readonly<Record<string, Document>> = { html, markdown, sarif, badge };

/** The names of all formats, as `--report` knows them. */
export const FORMAT_NAMES: readonly string[] = [...Object.keys(FORMATS), ...Object.keys(DOCUMENTS)];

/** What a report is written as when nobody says: for people on a terminal, TAP elsewhere. */
const defaultFormat = (out: NodeJS.WritableStream): "terminal" | "tap" => ("isTTY" in out && out.isTTY === true ? "terminal" : "tap");

/** A `FORMAT[=FILE]` option, parsed. */
type Output = { readonly option: string; readonly file?: string } & ({ readonly format: Format } | { readonly document: Document });

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** @throws UsageError for an unknown format. */
function outputOf(option: string): Output {
  const equals = option.indexOf("=");
  const name = equals < 0 ? option : option.slice(0, equals);
  const base = { option, ...(equals < 0 ? {} : { file: option.slice(equals + 1) }) };
  const format = own(FORMATS, name);
  if (format) return { ...base, format };
  const document = own(DOCUMENTS, name);
  if (document) return { ...base, document };
  const near = nearest(name, FORMAT_NAMES);
  const hint = near === undefined ? `there are ${FORMAT_NAMES.join(", ")}` : `did you mean ${near}?`;
  throw new UsageError(`--report ${option}: unknown format '${name}'; ${hint}`);
}

/** `out.json` for one of several targets: `out.NAME.json`, so that none overwrites another. */
function fileFor(file: string, name: string | undefined): string {
  if (name === undefined) return file;
  const dot = file.lastIndexOf(".");
  return dot > file.lastIndexOf("/") ? `${file.slice(0, dot)}.${name}${file.slice(dot)}` : `${file}.${name}`;
}

/** `json=out.json` for one of several runs: `json=out.NAME.json`. What has no file stays as it is. */
export function reportFor(report: string, name: string): string {
  const equals = report.indexOf("=");
  return equals < 0 ? report : report.slice(0, equals + 1) + fileFor(report.slice(equals + 1), name);
}

/**
 * Where the reports of a run go: what its `--report` options ask for. When none of them writes to `out`, a report in the
 * usual format does.
 */
export class Outputs {
  readonly #outputs: readonly Output[];
  readonly #out: NodeJS.WritableStream;
  readonly #options: ReporterOptions;

  /** @throws UsageError for an unknown format. */
  constructor(reports: readonly string[], out: NodeJS.WritableStream, options: ReporterOptions) {
    const asked = reports.map(outputOf);
    this.#outputs = asked.some(({ file }) => file === undefined) ? asked : [outputOf(defaultFormat(out)), ...asked];
    this.#out = out;
    this.#options = options;
  }

  /** Whether a table among what is written to `out` would break nothing. */
  get forPeople(): boolean {
    return this.#outputs.every((output) => output.file !== undefined || ("format" in output && output.format === terminal));
  }

  /**
   * Looks whether every file can be written.
   * @param names of the targets as their files have them; none when there is one target only.
   * @throws UsageError when one cannot, or when two would be the same.
   */
  check(names: readonly string[]): void {
    for (const output of this.#outputs) {
      if (output.file === undefined) continue;
      const files = "document" in output || names.length === 0 ? [output.file] : names.map((name) => fileFor(output.file ?? "", name));
      const twice = files.find((file, at) => files.indexOf(file) !== at);
      if (twice !== undefined)
        throw new UsageError(`--report ${output.option}: the reports of two targets would both be ${twice}; test them one at a time`);
      for (const file of files) checkFile(file, `--report ${output.option}`);
    }
  }

  /** The reporters of one target. Those with a file write it when their report is complete. */
  forTarget(name: string | undefined): Reporter[] {
    return this.#outputs.flatMap((output) => {
      if ("document" in output) return [];
      const { file, format } = output;
      return [file === undefined ? format(this.#out, this.#options) : toFile(fileFor(file, name), (out) => format(out, this.#options))];
    });
  }

  /** Writes the documents. @throws UsageError when a file cannot be written. */
  async finish(all: readonly Results[]): Promise<void> {
    for (const output of this.#outputs) {
      if (!("document" in output) || all.length === 0) continue;
      const text = output.document(all, this.#options);
      if (output.file === undefined) this.#out.write(text);
      else await writeWhole(output.file, text);
    }
  }
}
