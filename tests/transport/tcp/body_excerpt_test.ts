import { assertEquals } from "@std/assert";
import { excerpt } from "../../../lib/transport/tcp/body_excerpt.ts";

function excerptOf(text: string): string {
  return excerpt(new TextEncoder().encode(text));
}

Deno.test("excerpt() makes one line of a text", () => {
  assertEquals(excerptOf(" no\r\n\tsuch\0 feed\n"), "no such feed");
  assertEquals(excerptOf(""), "");
});

Deno.test("excerpt() leaves out tags, scripts and styles", () => {
  const page = "<html><style>b { color: red }</style><script>x < 1</script>" +
    "<h1>503</h1><p>Busy &mdash; later</html>";
  assertEquals(excerptOf(page), "503 Busy &mdash; later");
  assertEquals(excerptOf("1 < 2 <b>so</"), "1 < 2 so");
});

Deno.test("excerpt() cuts after 200 characters, and through none", () => {
  assertEquals(excerptOf("x".repeat(200)), "x".repeat(200));
  assertEquals(excerptOf("x".repeat(201)), `${"x".repeat(200)}…`);
  assertEquals(excerptOf("x".repeat(199) + "😀"), `${"x".repeat(199)}\ufffd…`);
  assertEquals(excerptOf("é".repeat(10_000)).length, 201);
});

Deno.test("excerpt() marks a text whose body was too long to decode", () => {
  const style = `<style>${"x".repeat(16_364)}</style>`;
  assertEquals(excerptOf(`${style}secret`), "secre…");
  assertEquals(excerptOf(`<${"x".repeat(20_000)}`), "");
});

Deno.test("excerpt() shows no body that is not UTF-8", () => {
  assertEquals(excerpt(Uint8Array.of(0x1f, 0x8b, 8, 0)), "");
});
