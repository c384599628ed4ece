/**
 * Serves bundles to a browser, below an empty page.
 *
 * @module
 */

import type { Bundles } from "../../../../examples/browser/bundle.ts";

/** Where the page may take scripts, workers and so on from. */
export type Policy = string;

/** Serves a page that loads `script`, and all bundles, on loopback. */
export function serveBundles(
  bundles: Bundles,
  script: string,
  policy: Policy = "",
): Deno.HttpServer<Deno.NetAddr> {
  const page =
    `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<script type="module" src="/${script}"></script>`;
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/") {
        const type = { "content-type": "text/html" };
        const headers = { ...type, "content-security-policy": policy };
        return new Response(page, { headers });
      }
      const file = bundles.get(pathname.slice(1));
      if (file === undefined) return new Response("", { status: 404 });
      return new Response(file, {
        headers: { "content-type": "text/javascript" },
      });
    },
  );
}
