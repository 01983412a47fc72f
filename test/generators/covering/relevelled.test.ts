import t from "tap";

import { cover, covered } from "../../../generators/covering/cover.js";
import { relevelled } from "../../../generators/covering/relevelled.js";

const factor = (name: string, count: number) => ({ name, levels: Array.from({ length: count }, (_, at) => ({ name: `${name}${at}` })) });
const factors = [factor("a", 7), factor("b", 6), factor("c", 3), factor("d", 2)];
const { rows, possible } = cover(factors, 2);

t.test("a factor has the wanted level wherever nothing is lost", async (t) => {
  const plain = relevelled(rows, 2, 2, () => 0);
  const count = (given: typeof rows) => given.filter((row) => row[2] !== 0).length;
  t.equal(covered(plain, 2), possible);
  t.equal(plain.length, rows.length);
  t.ok(count(plain) < count(rows), "the others only as often as it takes");
  t.ok(count(plain) >= 2 * 7, "each with each level of the widest factor");
});

t.test("rows for which nothing is wanted stay", async (t) => {
  t.strictSame(
    relevelled(rows, 3, 2, () => undefined),
    rows,
  );
  t.strictSame(
    relevelled([], 0, 2, () => 0),
    [],
  );
  const turned = relevelled(rows, 3, 2, (row) => (row[0] === 1 ? 1 : undefined));
  t.equal(covered(turned, 2), possible);
  for (const [at, row] of turned.entries()) if (row[0] !== 1) t.strictSame(row, rows[at]);
});
