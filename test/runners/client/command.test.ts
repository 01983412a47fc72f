import t from "tap";
import { commandClient } from "../../../runners/client/tools/command.js";

t.test("a command becomes a line of shell, its places the words that it is given", async (t) => {
  const tool = commandClient({
    pull: "A=1 /opt/my-tool pull --plain {ref} {dir} # $X's",
    tags: "lister {repo} --ca {ca}",
  });
  t.match(tool, {
    name: "my-tool",
    program: "/opt/my-tool",
    needs: ["lister"],
    verbs: {
      pull: [`run pull sh -c 'A=1 /opt/my-tool pull --plain "$REF" "$DIR" # $X'\\''s'`],
      tags: [`run tags sh -c 'lister "$REPO" --ca "$CA"'`],
    },
    commands: { tags: "lister {repo} --ca {ca}" },
    tls: true,
  });
  t.same(Object.keys(tool.verbs), ["pull", "tags"]);
  t.equal(commandClient({ tags: "lister {repo}" }).tls, false);
});

t.test("what is wrong with a command is said in a line", async (t) => {
  t.throws(() => commandClient({}), { name: "UsageError", message: /^which verb\? One of --pull, --push, --push-chunks, .*, --delete$/ });
  t.throws(() => commandClient({ pull: " " }), { message: "--pull: there is no command" });
  t.throws(() => commandClient({ pull: "x {ref}" }), { message: "--pull x {ref}: it must have {dir} in it" });
  t.throws(() => commandClient({ push: "x" }), { message: "--push x: it must have {layout} and {ref} in it" });
  t.throws(() => commandClient({ pull: "x {reference} {dir}" }), {
    message:
      "--pull x {reference} {dir}: there is no {reference}; there are {ref}, {dir}, {proxy}, {repo}, {scheme}, {verify}, {ca}, {username}, {password}, {store}",
  });
});
