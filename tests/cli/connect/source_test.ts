import { assertEquals } from "@std/assert";
import { openKeys, openSource } from "../../../lib/cli/connect/source.ts";

function stdinOf(text: string) {
  return {
    stdin: ReadableStream.from<Uint8Array<ArrayBuffer>>([
      new TextEncoder().encode(text),
    ]),
  };
}

Deno.test("openSource() prefers the texts of flags, and leaves stdin alone", async () => {
  const io = stdinOf("piped\n");
  const source = openSource({ execute: ["a", "b\n"], format: "binary" }, io);
  assertEquals(await Array.fromAsync(source.messages), ["a", "b\n"]);
  source.stop();
  assertEquals(io.stdin.locked, false);
});

Deno.test("openSource() gives lines for text and JSON, and blocks for binary", async () => {
  const read = async (format: "text" | "json" | "binary") => {
    const source = openSource({ execute: [], format }, stdinOf("a\nb\n"));
    const messages = await Array.fromAsync(source.messages);
    source.stop();
    return messages;
  };
  assertEquals(await read("text"), ["a", "b"]);
  assertEquals(await read("json"), ["a", "b"]);
  assertEquals(await read("binary"), [new TextEncoder().encode("a\nb\n")]);
});

Deno.test("openKeys() makes messages of keys", async () => {
  const source = openKeys(stdinOf("keys"), async function* (keys) {
    for await (const key of keys) yield `<${key}>`;
  });
  assertEquals(await Array.fromAsync(source.messages), ["<keys>"]);
  source.stop();
});
