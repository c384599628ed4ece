import { assertEquals, assertStringIncludes } from "@std/assert";
import { Screen, type Tone } from "../../../lib/cli/terminal/screen.ts";

function makeScreen(columns = 20, { noColor = true } = {}) {
  const bottom = { status: "[open]", left: "", right: "" };
  const io = { columns, noColor, text: "" };
  const screen = new Screen({
    get columns() {
      return io.columns;
    },
    noColor,
    write: (text) => io.text += text,
  }, () => ({
    status: bottom.status,
    tone: "good",
    line: [bottom.left, bottom.right],
  }));
  const taken = () => {
    const { text } = io;
    io.text = "";
    return text;
  };
  return { screen, bottom, io, taken };
}

Deno.test("Screen.print() prints above the status line and what is typed", () => {
  const { screen, bottom, taken } = makeScreen();
  screen.print("one", "received");
  assertEquals(taken(), "< one\r\n[open]\r\n> \r\x1b[2C");
  bottom.left = "typ";
  bottom.right = "ed";
  screen.print("two", "good");
  assertEquals(
    taken(),
    "\r\x1b[1A\x1b[J* two\r\n[open]\r\n> typed\r\x1b[5C",
  );
  screen.end();
  assertEquals(taken(), "\r\x1b[1A\x1b[J");
});

Deno.test("Screen.refresh() writes only what has changed", () => {
  const { screen, bottom, taken } = makeScreen();
  screen.refresh();
  taken();
  screen.refresh();
  assertEquals(taken(), "");
  bottom.status = "[waiting]";
  screen.refresh();
  assertEquals(taken(), "\r\x1b[1A\x1b[J[waiting]\r\n> \r\x1b[2C");
});

Deno.test("Screen.refresh() keeps to the width, also when it shrinks", () => {
  const { screen, bottom, io, taken } = makeScreen(10);
  bottom.status = "0123456789abc";
  bottom.left = "the end is seen";
  screen.refresh();
  assertEquals(
    taken(),
    "012345678\r\n> s seen\r\x1b[8C",
  );
  io.columns = 5;
  screen.refresh();
  assertEquals(taken().startsWith("\r\x1b[3A\x1b[J"), true);
});

Deno.test("Screen.print() shows control characters of a peer", () => {
  const { screen, taken } = makeScreen();
  screen.print("a\x1b[2Jb\nc", "received");
  assertEquals(taken().startsWith("< a\\x1b[2Jb\r\n  c\r\n"), true);
});

Deno.test("Screen.print() wraps notes between words, and no messages", () => {
  const { screen, taken } = makeScreen(30);
  screen.print("Connection refused: check host and port", "bad");
  assertEquals(
    taken().startsWith("! Connection refused: check\r\n  host and port\r\n"),
    true,
  );
  const message = "a message of more than thirty columns";
  for (const tone of ["sent", "received"] as const) {
    screen.print(message, tone);
    assertStringIncludes(taken(), ` ${message}\r\n`);
  }
});

Deno.test("Screen.print() keeps a note in one paragraph", () => {
  const { screen, taken } = makeScreen(80);
  screen.print("bye\r\n* Connected again\x9b2J\u202e", "bad");
  assertStringIncludes(
    taken(),
    "! bye\\r\\n* Connected again\\x9b2J\\u202e\r\n",
  );
});

Deno.test("Screen.refresh() shows control characters that were pasted or are in the status", () => {
  const { screen, bottom, taken } = makeScreen(40);
  Object.assign(bottom, {
    status: "\x1b]0;x",
    left: "a\tb\x9b",
    right: "\u202e",
  });
  screen.refresh();
  assertEquals(taken(), "\\x1b]0;x\r\n> a b\\x9b\\u202e\r\x1b[9C");
});

Deno.test("Screen.print() colours signs and notes, but no message of a peer", () => {
  const { screen, taken } = makeScreen(80, { noColor: false });
  const first = (tone: Tone) => {
    screen.print("text", tone);
    return taken().split("\x1b[J").at(-1)?.split("\r\n")[0];
  };
  assertEquals(first("received"), "\x1b[36m< \x1b[0mtext");
  assertEquals(first("sent"), "\x1b[2m> \x1b[0m\x1b[2mtext\x1b[0m");
  assertEquals(first("bad"), "\x1b[31m! \x1b[0m\x1b[31mtext\x1b[0m");
  assertEquals(first("good"), "\x1b[32m* \x1b[0m\x1b[32mtext\x1b[0m");
});
