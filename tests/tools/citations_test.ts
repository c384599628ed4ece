import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** A path in backticks, a colon, and a part of a test's name in quotes. */
const CITATION = /`(tests\/[^`]+)`: "([^"]+)"/g;

for (const page of ["SECURITY.md", "docs/guarantees.md"]) {
  Deno.test(`${page} names tests that are there`, async () => {
    const text = await Deno.readTextFile(new URL(page, ROOT));
    const citations = [...text.replace(/\s+/g, " ").matchAll(CITATION)];
    assert(citations.length > 20, `${citations.length} citations`);
    const missing: string[] = [];
    for (const [citation, path, name] of citations) {
      const test = await Deno.readTextFile(new URL(path!, ROOT));
      if (!test.includes(name!)) missing.push(citation);
    }
    assertEquals(missing, []);
  });
}
