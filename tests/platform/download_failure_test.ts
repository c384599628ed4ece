import { assertEquals } from "@std/assert";
import { isPassing } from "../../lib/platform/download_failure.ts";

Deno.test("isPassing() knows how Deno says that a download may work later", () => {
  const details = {
    "Import 'https://a/b.ts' failed: 503 Service Unavailable": true,
    "Import 'https://a/b.ts' failed: 429 Too Many Requests": true,
    "Import 'https://a/b.ts' failed: error sending request for url": true,
    "Import 'https://a/b.ts' failed: 404 Not Found": false,
    "Import 'https://a/b.ts' failed: 5030": false,
    "Module not found": false,
  };
  for (const [detail, expected] of Object.entries(details)) {
    assertEquals(isPassing(detail), expected, detail);
  }
});
