/** Hooks modules in Chromium that cannot be imported, now or ever. */

import { assertEquals, assertMatch } from "@std/assert";
import { bundle, type Bundles } from "../../../examples/browser/bundle.ts";
import { Chromium } from "./pages/chromium.ts";
import type { Outcome } from "./programs/hooked.ts";
import { requires } from "../requirements.ts";

const GOOD = "export const token = () => 'secret';";
const NOTHING = /^$/;

/** What a server answers, one time after the other; the last answer stays. */
const MODULES: Readonly<
  Record<string, {
    readonly answers: readonly (number | string)[];
    readonly losses: number;
    readonly error: RegExp;
  }>
> = {
  "good.js": { answers: [GOOD], losses: 0, error: NOTHING },
  "missing.js": { answers: [404], losses: 0, error: /"hooks" failed/ },
  "broken.js": {
    answers: ["export const token = (;"],
    losses: 0,
    error: /SyntaxError/,
  },
  "empty.js": {
    answers: ["export {};"],
    losses: 0,
    error: /exports no token\(\)/,
  },
  "busy.js": { answers: [503, 503, GOOD], losses: 2, error: NOTHING },
  "throwing.js": {
    answers: ["throw new Error('once');", GOOD],
    losses: 1,
    error: NOTHING,
  },
};

Deno.test(
  "hooks: Chromium imports again what may come, and nothing else",
  requires("chromium"),
  async (test) => {
    await using browser = await Chromium.start();
    await using server = serveModules(
      await bundle(
        new URL("./programs/hooked.ts", import.meta.url),
        new URL("../../../worker.ts", import.meta.url),
      ),
    );
    const { page } = await browser.visit(
      `http://127.0.0.1:${server.addr.port}/`,
    );
    for (const [name, { losses, error }] of Object.entries(MODULES)) {
      await test.step(name, async () => {
        const outcome = await page.evaluate(
          (name) => globalThis.connectWith(`/hooks/${name}`),
          name,
        );
        assertEquals(outcome.losses, losses, outcome.error);
        assertMatch(outcome.error, error);
      });
    }
  },
);

declare const globalThis: { connectWith(module: string): Promise<Outcome> };

const PAGE = `<!doctype html><title>Test</title><link rel="icon" href="data:,">
<script type="module" src="/hooked.js"></script>`;
const HTML = { headers: { "content-type": "text/html" } };
const SCRIPT = { headers: { "content-type": "text/javascript" } };

/** Serves the page, the modules, and an echo. */
function serveModules(bundles: Bundles): Deno.HttpServer<Deno.NetAddr> {
  const asked = new Map<string, number>();
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/") return new Response(PAGE, HTML);
      if (pathname === "/echo") return Deno.upgradeWebSocket(request).response;
      const name = pathname.split("/").at(-1) ?? "";
      const { answers } = MODULES[name] ?? {};
      if (answers === undefined) return new Response(bundles.get(name), SCRIPT);
      const count = asked.get(name) ?? 0;
      asked.set(name, count + 1);
      const answer = answers[count] ?? answers.at(-1);
      return typeof answer === "number"
        ? new Response("", { status: answer })
        : new Response(answer, SCRIPT);
    },
  );
}
