import { assert, assertEquals, assertMatch } from "@std/assert";
import { sessions } from "../../../lib/cli/sessions/sessions.ts";
import { Heard, serveDeno } from "../../server/listening.ts";
import { RedisPlace } from "../../server/stores/redis/places.ts";
import { TestClient } from "../../server/test_client.ts";
import { requires } from "../../system/requirements.ts";
import { FakeProcessIo } from "../terminal/fake_process_io.ts";

const NEEDED = requires("redis");
const MODULE = new URL("../../../lib/cli/mod.ts", import.meta.url);

async function run(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const io = new FakeProcessIo({ columns: Infinity, environment });
  const code = await sessions(args, io);
  return { code, written: io.written, errors: io.errors };
}

/** A node with a client, whose session the command line looks at. */
async function stage(place: RedisPlace, prefix = "hf:") {
  const REDIS_URL = `redis://127.0.0.1:${place.server.port}`;
  const heard = new Heard((message) => message.reply(message.data));
  const node = serveDeno(heard, { store: await place.open({ prefix }) });
  const client = await new TestClient(node.url, { auth: "ann" }).connect();
  client.send("a");
  await client.until(() => client.delivered.length === 1);
  return {
    client,
    node,
    id: client.news[0]!.ticket.session,
    run: (...args: readonly string[]) => run(args, { REDIS_URL }),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
    },
  };
}

Deno.test(
  "sessions() lists and shows a session, as text and as JSON",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    await using at = await stage(place);
    for (const args of [[], ["list"]]) {
      const { code, written, errors } = await at.run(...args);
      assertEquals([code, errors], [0, ""]);
      assertMatch(
        written,
        /^SESSION +STATE .*\n\S{22} +attached .* ann +\w+\n$/,
      );
    }
    const show = await at.run("show", "--", at.id);
    assertEquals([show.code, show.errors], [0, ""]);
    assertMatch(show.written, /^principal +ann$/m);
    const [listed, shown] = await Promise.all(
      [["--json"], ["show", "--json", "--", at.id]].map((args) =>
        at.run(...args)
      ),
    );
    for (const { code, written } of [listed!, shown!]) {
      const { session, principal, accepted } = JSON.parse(written);
      assertEquals([code, session, principal, accepted], [0, at.id, "ann", 1]);
    }
  },
);

Deno.test(
  "sessions() ends a session: its node and its client hear of it",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    await using at = await stage(place);
    const ended = await at.run("end", "--json", "--", at.id);
    assertEquals([ended.code, ended.errors], [0, ""]);
    assertEquals(JSON.parse(ended.written).session, at.id);
    await at.client.until(() => at.client.closeCodes.length === 1);
    assertEquals(at.client.closeCodes, [4410]);
    const again = await at.run("end", "--", at.id);
    assertEquals([again.code, again.written], [1, ""]);
    assertEquals(again.errors, `sessions: The session ${at.id} is over\n`);
    const none = await at.run();
    assertEquals([none.code, none.written], [0, ""]);
    assertMatch(
      none.errors,
      /^sessions: None of 1 under hf:; --all shows .*\n$/,
    );
    assertMatch((await at.run("--all")).written, / ended /);
  },
);

Deno.test("sessions() says what an end has cost", NEEDED, async () => {
  await using place = await RedisPlace.start();
  await using at = await stage(place);
  await at.client.cut();
  await at.node.sessions.session(at.id).send("waits");
  const { code, written } = await at.run("end", "--", at.id);
  assertEquals(code, 0);
  assertMatch(written, /: 1 messages .* accepted, \d to it not consumed/);
});

Deno.test(
  "sessions() says that others were left out, and which prefix there is",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    await using at = await stage(place, "chat:");
    await using other = await new TestClient(at.node.url, { auth: "bob" })
      .connect();
    await other.until(() => other.news.length === 1);
    const limited = await at.run("--prefix", "chat:", "--limit", "1");
    assertEquals(
      [limited.code, limited.errors],
      [0, "sessions: 1 of 2 under chat:; --limit shows more\n"],
    );
    const own = await at.run("--prefix", "chat:", "--principal", "bob");
    assertMatch(own.written, / bob /);
    assert(!own.written.includes("ann"));
    for (
      const [flags, advice] of [
        [[], "; --all shows those that are over"],
        [["--all"], ""],
      ] as const
    ) {
      const nobody = ["--prefix", "chat:", "--principal", "nobody", ...flags];
      assertEquals(
        (await at.run(...nobody)).errors,
        `sessions: None of 2 under chat:${advice}\n`,
      );
    }
    const elsewhere = await at.run();
    assertEquals(
      [elsewhere.code, elsewhere.errors],
      [
        1,
        "sessions: There are no sessions under hf:; did you mean --prefix chat:?\n",
      ],
    );
  },
);

Deno.test(
  "sessions() says that there is none, or no such one",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    const url = `redis://127.0.0.1:${place.server.port}`;
    const none = await run(["--redis", url]);
    assertEquals(
      [none.code, none.written, none.errors],
      [0, "", "sessions: There are no sessions under hf:\n"],
    );
    for (const verb of ["show", "end"]) {
      const { code, written, errors } = await run([verb, "x", "--redis", url]);
      assertEquals([code, written], [1, ""]);
      assertEquals(errors, "sessions: There is no session x under hf:\n");
    }
  },
);

Deno.test(
  "sessions() ends none on a replica, and says why",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start(
      "nodeRedis",
      ...["--repl-diskless-sync-delay", "0"],
    );
    await using at = await stage(place);
    await using replica = await RedisPlace.start();
    await replica.follow(place);
    const url = `redis://127.0.0.1:${replica.server.port}`;
    assertEquals((await run(["show", "--redis", url, "--", at.id])).code, 0);
    const { code, errors } = await run(["end", "--redis", url, "--", at.id]);
    assertEquals(code, 1);
    assertMatch(errors, /^sessions: The session store is away: .*replica\n$/);
  },
);

Deno.test(
  "sessions() has an exit code for each way not to reach a Redis",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start(
      "nodeRedis",
      ...["--user", "ann", "on", ">secret", "~*", "+@all"],
      ...["--user", "default", "off"],
    );
    const at = `127.0.0.1:${place.server.port}`;
    const nobody = await run(["--redis", "redis://127.0.0.1:1"]);
    assertEquals(nobody.code, 3);
    assertMatch(
      nobody.errors,
      /^sessions: Cannot reach Redis at 127\.0\.0\.1:1: .*\n$/,
    );
    const wrong = await run(["--redis", `redis://ann:guess@${at}`]);
    assertEquals(wrong.code, 5);
    assertMatch(
      wrong.errors,
      /^sessions: Redis at .* refuses: WRONGPASS .*\n$/,
    );
    assert(!wrong.errors.includes("guess"));
    const none = await run(["--redis", `redis://${at}`]);
    assertEquals(none.code, 5);
    assertMatch(none.errors, /^sessions: Redis at .* refuses: NOAUTH .*\n$/);
    assertEquals((await run(["--redis", `redis://ann:secret@${at}`])).code, 0);
    await using http = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response(),
    );
    const { port } = http.addr;
    const other = await run(["--redis", `redis://127.0.0.1:${port}`]);
    assertEquals(other.code, 9);
  },
);

for (
  const [args, complaint] of [
    ["", "Give the URL of Redis with --redis or in REDIS_URL"],
    [
      "--redis localhost:6379",
      'The URL "localhost:6379" is not one of a Redis;',
    ],
    ["--redis redis://a --prefix {}", '--prefix is "{}", must be letters,'],
    ["--redis redis://a --limit 0", '--limit is "0", must be'],
    [
      "--redis redis://a show",
      "Give the ID of a session, as the list shows it",
    ],
    ["--redis redis://a end a b", "Give one ID to end, not 2"],
    ["--redis redis://a kill a", 'Give list, show ID or end ID, not "kill a"'],
    ["--redis redis://a list a", 'Give list, show ID or end ID, not "list a"'],
    [
      "--redis redis://a --jso",
      "There is no flag --jso; did you mean --json?",
    ],
  ] as const
) {
  Deno.test(`sessions() refuses ${args || "nothing"} with exit code 2`, async () => {
    const words = args === "" ? [] : args.split(" ");
    const { code, written, errors } = await run(words);
    assertEquals([code, written], [2, ""]);
    assert(errors.startsWith(`sessions: ${complaint}`), errors);
  });
}

Deno.test(
  "sessions() needs --allow-net only, and ends quietly when nobody reads",
  NEEDED,
  async () => {
    await using place = await RedisPlace.start();
    await using at = await stage(place);
    const command = (...args: readonly string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", "--no-check", "--no-prompt", "--allow-net"],
          // The client of Redis is loaded as the lock file has it.
          ...["--cached-only", "--frozen"],
          ...[MODULE.href, "sessions", ...args],
        ],
        ...{ stdin: "null", stdout: "piped", stderr: "piped" } as const,
      }).spawn();
    const url = `redis://127.0.0.1:${place.server.port}`;
    const read = await command("--redis", url, "--json").output();
    const [line = ""] = new TextDecoder().decode(read.stdout).split("\n");
    assertEquals([read.code, JSON.parse(line).session], [0, at.id]);
    const unread = command("--redis", url, "--json");
    await unread.stdout.cancel();
    const errors = await new Response(unread.stderr).text();
    assertEquals([(await unread.status).code, errors], [0, ""]);
    const without = await command().output();
    assertMatch(
      new TextDecoder().decode(without.stderr),
      /^sessions: Give the URL/,
    );
    assertEquals(without.code, 2);
  },
);
