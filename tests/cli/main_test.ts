import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { main } from "../../lib/cli/main.ts";
import { NAME, VERSION } from "../../lib/platform/release.ts";
import { FakeProcessIo } from "./terminal/fake_process_io.ts";

Deno.test("main() fits each help text on a screen", async () => {
  const commands = [
    ...["connect", "serve", "doctor", "sessions", "storm", "explain"],
  ];
  for (const args of [["--help"], ...commands.map((name) => [name, "-h"])]) {
    const io = new FakeProcessIo();
    assertEquals(await main(args, io), 0);
    const lines = io.written.trimEnd().split("\n");
    assert(lines.length <= 24, `${args.join(" ")}: ${lines.length} lines`);
    for (const line of lines) assert(line.length <= 80, line);
  }
});

Deno.test("main() reports wrong arguments in one sentence, with exit code 2", async () => {
  const wrong = [
    [],
    ["conect"],
    ["connect"],
    ["connect", "ws://a", "ws://b"],
    ["connect", "nonsense"],
    ["connect", "ws://a", "--bogus"],
    ["connect", "ws://a", "--header", "x"],
    ["connect", "ws://a", "--json", "--binary"],
    ["connect", "ws://a", "--ping-interval", "soon"],
    ["connect", "ws://a", "--max-attempts", "0"],
    ["connect", "ws://a", "--log-level", "info"],
    ["connect", "ws://a", "--log-file", "/no/such/directory/log"],
    ["connect", "ws://a", "--token-env", "NOT_SET"],
    ["connect", "ws://example.com", "--token-env", "TOKEN"],
    ["connect", "ws://a", "-p", "a", "-p", "a"],
    ["connect", "wss://a", "--ca", "/no/such/file"],
    ["connect", "ws://a", "--proxy", "socks5://user:secret@p"],
    ["connect", "ws://a", "--transport", "ws", "--compress"],
    ["doctor", "wss://a", "--key", "/no/such/file"],
    ["doctor", "wss://a", "--proxy", "https://p"],
    ["serve", "--port", "65536"],
    ["serve", "--cert", "a.pem"],
    ["serve", "8080"],
    ["serve", "--drop-every", "0"],
    ["doctor"],
    ["doctor", "ws://a", "--idle"],
    ["doctor", "ws://example.com", "--token-env", "TOKEN"],
    ["sessions"],
    ["sessions", "--redis", "http://user:secret@a"],
    ["sessions", "--redis", "redis://a", "show"],
    ["storm", "--policy", "nobody"],
    ["explain", "99"],
  ];
  for (const args of wrong) {
    const environment = { TOKEN: "secret" };
    const io = new FakeProcessIo({ columns: Infinity, environment });
    assertEquals(await main(args, io), 2, args.join(" "));
    assertMatch(io.errors, /^\w+: [^\n]+\n$/, args.join(" "));
    assertEquals(io.written, "");
    assert(!io.errors.includes("secret"));
  }
});

Deno.test("main() wraps complaints at the width of the terminal", async () => {
  const long = [
    ["conect"],
    ["connect", "nonsense"],
    ["serve", "--port", "65536"],
    ["doctor", "ws://example.com", "--token-env", "TOKEN"],
    ["storm", "--policy", "nobody"],
    ["explain", "99"],
  ];
  for (const args of long) {
    const complain = async (columns: number) => {
      const environment = { TOKEN: "secret" };
      const io = new FakeProcessIo({ columns, environment });
      await main(args, io);
      return io.errors;
    };
    const broken = await complain(40);
    const joined = broken.replaceAll(/\n +/g, " ");
    assertEquals(joined, await complain(Infinity));
    const lines = broken.trimEnd().split("\n");
    assert(lines.length > 1, broken);
    for (const line of lines) assert(line.length <= 40, line);
  }
});

for (const flag of ["--version", "-V"]) {
  Deno.test(`main() shows name and version with ${flag}`, async () => {
    const io = new FakeProcessIo();
    assertEquals(await main([flag], io), 0);
    assertEquals([io.written, io.errors], [`${NAME} ${VERSION}\n`, ""]);
  });
}

Deno.test("main() ends quietly when nobody reads stdout", async () => {
  for (const args of ["--help", "--version", "explain 1006", "storm --help"]) {
    const io = new FakeProcessIo({ writes: 0 });
    assertEquals(await main(args.split(" "), io), 0, args);
    assertEquals(io.errors, "");
  }
});

Deno.test("main() says in one line that stdout cannot be written", async () => {
  const failure = new Error("No space left on device (os error 28)");
  const io = new FakeProcessIo({ writes: 0, failure });
  assertEquals(await main(["explain", "1006"], io), 1);
  assertEquals(
    io.errors,
    "holdfast: Cannot write to stdout: No space left on device (os error 28)\n",
  );
});

Deno.test("main() rethrows other errors", async () => {
  const io = new FakeProcessIo();
  io.write = () => {
    throw new RangeError("A fault");
  };
  await assertRejects(() => main(["--help"], io), RangeError, "A fault");
});

Deno.test("main() shows control characters of the arguments", async () => {
  const io = new FakeProcessIo({ columns: Infinity });
  assertEquals(await main(["\x1b[2J\u202e"], io), 2);
  assertMatch(io.errors, /^holdfast: [\x20-\x7e]+\n$/);
});

Deno.test("main() suggests a command for a misspelt one, or lists all", async () => {
  const list =
    "there are connect, serve, doctor, sessions, storm, explain, and --help";
  for (
    const [args, complaint] of [
      [["conect"], 'There is no command "conect"; did you mean connect?'],
      [["docter"], 'There is no command "docter"; did you mean doctor?'],
      [["ws://a"], `There is no command "ws://a"; ${list}`],
      [[], `No command was given; ${list}`],
    ] as const
  ) {
    const io = new FakeProcessIo({ columns: Infinity });
    assertEquals(await main(args, io), 2);
    assertEquals(io.errors, `holdfast: ${complaint}\n`);
  }
});
