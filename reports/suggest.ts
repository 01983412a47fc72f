import { distance } from "../spec/distance.js";

/** The known word that was probably meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const ranked = known.map((name) => ({ name, edits: name.startsWith(typed) && typed.length > 1 ? 0 : distance(typed, name) }));
  const [best] = ranked.sort((a, b) => a.edits - b.edits);
  return best && best.edits <= 2 && best.edits < best.name.length - 1 ? best.name : undefined;
}
