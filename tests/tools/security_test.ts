import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** A path in backticks, a colon, and a part of a test's name in quotes. */
const CITATION = /`(tests\/[^`]+)`: "([^"]+)"/g;

Deno.test("SECURITY.md names tests that are there", async () => {
  const page = await Deno.readTextFile(new URL("SECURITY.md", ROOT));
  const citations = [...page.replace(/\s+/g, " ").matchAll(CITATION)];
  assert(citations.length > 20, `${citations.length} citations`);
  const missing: string[] = [];
  for (const [citation, path, name] of citations) {
    const text = await Deno.readTextFile(new URL(path!, ROOT));
    if (!text.includes(name!)) missing.push(citation);
  }
  assertEquals(missing, []);
});
