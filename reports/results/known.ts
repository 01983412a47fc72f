import { oneLine } from "../text.js";
import type { BaselineUse, Expected, Results, Shard, Stale } from "./results.js";

/** Why a failure is known, and where it is tracked, on one line. */
export const whyExpected = ({ reason, issue }: Expected): string => oneLine(issue === undefined ? reason : `${reason} (${issue})`);

/** What a run saw where a baseline foretells a failure. Only a pass shows that it is gone. */
export const whatCame = ({ verdict, reason }: Stale): string =>
  oneLine(verdict === "pass" ? `no longer fails: ${reason}` : `was not shown to fail: ${verdict}: ${reason}`);

/** `baseline.yaml:12`, as editors take it. */
export const placeOf = ({ file }: Pick<BaselineUse, "file">, { line }: Pick<Stale, "line">): string => oneLine(`${file}:${line}`);

/** The stale lines of a baseline that fail the run. */
export const failingStale = ({ baseline }: Pick<Results, "baseline">): readonly Stale[] =>
  baseline === undefined || baseline.allowStale ? [] : baseline.stale;

/** `shard 2 of 3`. */
export const shardInWords = ({ index, count }: Shard): string => `shard ${index} of ${count}`;
