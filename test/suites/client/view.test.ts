import t from "tap";
import { viewed } from "../../../suites/client/view.js";
import { ADDRESSES, exchange, run } from "./canned/canned.js";

const PLACE = "/v2/oci-conform/a/blobs/uploads/1";

t.test("a place of an upload is known however its query is written", async (t) => {
  const location = `http://${ADDRESSES.registry}${PLACE}?state=a%2Fb%3D%3D&part=1`;
  const kinds = (target: string) =>
    viewed(
      run([exchange("POST /v2/oci-conform/a/blobs/uploads/", 202, { got: { location } }), exchange(`PUT ${target}`, 201)]),
      ADDRESSES,
    )[1]?.route.kind;
  t.equal(kinds(`${PLACE}?state=a%2Fb%3D%3D&part=1&digest=sha256:00`), "session");
  t.equal(kinds(`${PLACE}?digest=sha256%3A00&part=1&state=a/b%3D%3D`), "session", "sorted, as clients in Go do");
  t.not(kinds(`${PLACE}?part=1&digest=sha256:00`), "session", "not without a part of it");
  t.not(kinds(PLACE), "session");
});
