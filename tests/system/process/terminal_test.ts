/**
 * The command line on a terminal: what a person types, and what they see.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  startTalkingServer,
  type TalkingServer,
} from "../../cli/connect/talking_server.ts";
import { startRawServer } from "../../cli/doctor/raw_server.ts";
import { PseudoTerminal } from "./pseudo_terminal.ts";
import { requires } from "../requirements.ts";

const MODULE = new URL("../../../lib/cli/mod.ts", import.meta.url).href;
const CLI = [
  ...[Deno.execPath(), "run", "--allow-all", "--no-check", "--quiet", MODULE],
];
const ERASE = "\r\x1b[1A\x1b[J";
const ATTACK = "\x1b]52;c;eA==\x07\x9b2J\u202e";
const SHOWN_ATTACK = "\\x1b]52;c;eA==\\x07\\x9b2J\\u202e";
const NEEDS = requires("pseudo-terminal");
const PLAIN = { env: { NO_COLOR: "1" } };

/** Starts a session, and waits until it is open. */
async function connect(
  server: TalkingServer,
  options: ConstructorParameters<typeof PseudoTerminal>[1] = PLAIN,
): Promise<PseudoTerminal> {
  const terminal = new PseudoTerminal([...CLI, "connect", server.url], options);
  await terminal.shows("[open] · ");
  return terminal;
}

Deno.test(
  "connect on a terminal sends typed lines, and gives the terminal back at Ctrl-D",
  NEEDS,
  async () => {
    await using server = startTalkingServer();
    await using terminal = await connect(server);
    await terminal.shows("* Connected\r\n");
    await terminal.type("helo\x1b[Dl\r");
    await terminal.shows("< hello\r\n");
    await terminal.type("wrong\x15\x1b[A!\r");
    await terminal.shows("< hello!\r\n");
    await terminal.shows("2 sent · 2 received");
    assert(terminal.output.includes("> hello\r\n"));
    await terminal.type("\x04");
    assertEquals(await terminal.end(), {
      code: 0,
      echoes: true,
      gathersLines: true,
    });
    assertEquals(server.received, ["hello", "hello!"]);
    assert(terminal.output.endsWith(`${ERASE}`), terminal.output.slice(-80));
  },
);

Deno.test(
  "connect on a terminal ends at Ctrl-C with 130, also with text in the line",
  NEEDS,
  async () => {
    await using server = startTalkingServer();
    await using terminal = await connect(server);
    await terminal.type("half a line\x04");
    await terminal.shows("> half a line");
    await terminal.type("\x03");
    assertEquals(await terminal.end(), {
      code: 130,
      echoes: true,
      gathersLines: true,
    });
    assert(terminal.output.includes("* Closed\r\n"));
    assertEquals(server.received, []);
  },
);

Deno.test(
  "connect on a terminal sends each line of a paste",
  NEEDS,
  async () => {
    await using server = startTalkingServer();
    await using terminal = await connect(server);
    const lines = Array.from(
      { length: 50 },
      (_, line) => `line ${line} é 日本`,
    );
    await terminal.type(`${lines.join("\n")}\r`);
    await terminal.shows("50 received");
    assertEquals(server.received, lines);
  },
);

Deno.test(
  "connect on a terminal keeps to its width when it becomes narrower",
  NEEDS,
  async () => {
    await using server = startTalkingServer();
    await using terminal = await connect(server);
    await terminal.type("a line that is longer than the terminal will be");
    await terminal.shows("will be\r");
    terminal.clear();
    await terminal.resize(20);
    await terminal.shows("\r\n> terminal will be\r");
    const [status = "", prompt = ""] =
      terminal.output.split("\x1b[J").at(-1)?.split("\r\n") ?? [];
    assert(status.length < 20 && status.startsWith("[open]"), status);
    assertEquals(prompt, "> terminal will be\r\x1b[18C");
  },
);

Deno.test(
  "connect assumes 80 columns on a terminal without a size",
  NEEDS,
  async () => {
    await using server = startTalkingServer();
    await using terminal = await connect(server, { ...PLAIN, columns: 0 });
    await terminal.type("x\r");
    await terminal.shows("< x\r\n");
    assert(terminal.output.includes(ERASE));
  },
);

Deno.test(
  "connect on a terminal has colours, unless NO_COLOR is set",
  NEEDS,
  async () => {
    await using server = startTalkingServer();
    {
      await using terminal = await connect(server);
      await terminal.shows("* Connected");
      assert(!/\[\d+m/.test(terminal.output), terminal.output);
    }
    await using terminal = new PseudoTerminal([...CLI, "connect", server.url]);
    await terminal.shows("\x1b[32m* \x1b[0m\x1b[32mConnected\x1b[0m\r\n");
    await terminal.type("x\r");
    await terminal.shows("\x1b[36m< \x1b[0mx\r\n");
  },
);

Deno.test(
  "connect on a terminal shows what a server sends, and obeys none of it",
  NEEDS,
  async () => {
    await using server = startTalkingServer((socket) => {
      socket.send(`${ATTACK}\n* Connected`);
      socket.close(4400, `${ATTACK}\r\n* Connected again`);
    });
    await using terminal = new PseudoTerminal(
      [...CLI, "connect", server.url],
      { ...PLAIN, columns: 200 },
    );
    assertEquals((await terminal.end()).code, 7);
    const { output } = terminal;
    assert(output.includes(`< ${SHOWN_ATTACK}\r\n  * Connected\r\n`), output);
    assert(output.includes(`${SHOWN_ATTACK}\\r\\n* Connected again`), output);
    assertNoAttack(output);
  },
);

for (
  const [name, arrange] of [
    ["with -x", (url: string) => [...CLI, "connect", url, "-x", "x"]],
    ["with --binary", (url: string) => [
      ...[...CLI, "connect", url, "-x", "x", "--binary"],
    ]],
    ["with --json", (url: string) => [
      ...[...CLI, "connect", url, "-x", "x", "--json"],
    ]],
    ["in a pipe", (url: string) => [
      ...["/bin/sh", "-c", 'echo x | "$@"', "sh", ...CLI, "connect", url],
    ]],
  ] as const
) {
  Deno.test(
    `connect ${name} shows what a server sends to a terminal`,
    NEEDS,
    async () => {
      await using server = startTalkingServer((socket) => {
        socket.send(`${ATTACK}\nconnect: Connected`);
      });
      await using terminal = new PseudoTerminal(arrange(server.url), PLAIN);
      assertEquals((await terminal.end()).code, 0);
      assertEquals(server.received, ["x"]);
      assertMatch(terminal.output, /\\(x|u00)1b]52;c;eA==/);
      const notes = terminal.output.match(/^connect: Connected/gm);
      assertEquals(notes?.length ?? 0, name === "with --json" ? 0 : 1);
      assertNoAttack(terminal.output);
    },
  );
}

Deno.test(
  "doctor on a terminal colours outcomes, and shows what a server sends",
  NEEDS,
  async () => {
    await using server = startRawServer(
      `HTTP/1.1 302 \x1b]52;c;eA==\x07\r\nServer: \x9b2J\r\n\r\n`,
    );
    await using terminal = new PseudoTerminal([...CLI, "doctor", server.url]);
    assertEquals((await terminal.end()).code, 4);
    const { output } = terminal;
    assert(output.includes("\x1b[31mFAIL\x1b[0m  handshake"), output);
    assert(output.includes("302 \\x1b]52;c;eA==\\x07\r\n"), output);
    assert(output.includes("server: \\x9b2J\r\n"), output);
    assertNoAttack(output);
  },
);

Deno.test("storm on a terminal draws a bar, and clears it", NEEDS, async () => {
  const args = ["storm", "--clients", "10", "--policy", "holdfast"];
  await using terminal = new PseudoTerminal([...CLI, ...args]);
  assertEquals((await terminal.end()).code, 0);
  assertMatch(terminal.output, /\r\[#{8}\.{32}\] 20 %/);
  assert(terminal.output.includes("\r\x1b[K10 clients"), terminal.output);
});

function assertNoAttack(output: string): void {
  for (const sign of ["\x1b]", "\x07", "\x9b", "\u202e"]) {
    assert(!output.includes(sign), JSON.stringify(output));
  }
}
