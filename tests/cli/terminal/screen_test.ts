import { assertEquals, assertStringIncludes } from "@std/assert";
import { Screen } from "../../../lib/cli/terminal/screen.ts";
import {
  fitEnd,
  fitStart,
  showControls,
  widthOf,
  wrap,
} from "../../../lib/cli/terminal/text_width.ts";

function makeScreen(columns = 20) {
  const bottom = { status: "[open]", left: "", right: "" };
  const io = { columns, noColor: true, text: "" };
  const screen = new Screen({
    get columns() {
      return io.columns;
    },
    noColor: true,
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

Deno.test("Screen.print() breaks what it says between words, and leaves messages whole", () => {
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

Deno.test("wrap() breaks between words only", () => {
  const text =
    "0123456789 0123456789 日本語日本語 http://example.com/0123456789";
  assertEquals(wrap(text, 21), [
    "0123456789 0123456789",
    "日本語日本語",
    "http://example.com/0123456789",
  ]);
  assertEquals(wrap("one  two", 20), ["one  two"]);
  assertEquals(wrap("", 20), [""]);
});

Deno.test("widthOf() counts columns", () => {
  assertEquals(["ab", "日本", "e\u0301", "👍"].map(widthOf), [2, 4, 1, 2]);
});

Deno.test("fitStart() and fitEnd() cut between characters", () => {
  assertEquals(fitStart("日本語", 5), "日本");
  assertEquals(fitEnd("日本語", 5), "本語");
});

Deno.test("showControls() leaves lines and tabs", () => {
  assertEquals(showControls("a\tb\nc\r\x9b"), "a\tb\nc\\x0d\\x9b");
});
