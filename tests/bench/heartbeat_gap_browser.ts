/**
 * Measures the longest heartbeat gap in Chromium while a page's main thread is
 * blocked for 10 s, as the server sees it: the same figure that the scenario
 * `heartbeat` of `main.ts` has for Deno.
 *
 * ```sh
 * deno run --allow-all tests/bench/heartbeat_gap_browser.ts
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { chromium } from "playwright-core";
import { PROGRAMS } from "../system/requirements.ts";
import { startWsServer } from "../system/servers/echo/ws_server.ts";
import type { Plan } from "./heartbeat_gap_page.ts";

const INTERVAL = 100;
const BLOCK = 10_000;
const TARGET = 125;
/** A browser does much at once when it starts, so the best round counts. */
const ROUNDS = 3;

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

if (import.meta.main) {
  const scripts = {
    "/page.js": await bundle("./heartbeat_gap_page.ts"),
    "/worker.js": await bundle("../../worker.ts"),
  };
  const site = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => serve(request, scripts),
  );
  const browser = await chromium.launch({
    executablePath: PROGRAMS.chromium,
    args: FLAGS,
  });
  const gaps = { plain: Infinity, bare: Infinity, holdfast: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    await using server = await startWsServer({}, "process");
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${site.addr.port}/`);
    const plan: Plan = { url: server.url, interval: INTERVAL, block: BLOCK };
    await page.evaluate(`measure(${JSON.stringify(plan)})`);
    const { connections } = await server.report();
    await page.close();
    for (const name of ["plain", "bare", "holdfast"] as const) {
      const { messages } = connections.find(({ target }) =>
        target === `/${name}`
      )!;
      console.error(`${name}: ${messages.longestGap.toFixed(0)} ms`);
      gaps[name] = Math.min(gaps[name], messages.longestGap);
    }
  }
  console.log(
    `heartbeat gap in Chromium, ${BLOCK / 1_000} s block, at ${INTERVAL} ms: ` +
      `plain ${gaps.plain.toFixed(0)} ms, ` +
      `a timer in a worker ${gaps.bare.toFixed(0)} ms, ` +
      `holdfast ${gaps.holdfast.toFixed(0)} ms ` +
      `(<= ${TARGET} ms: ${gaps.holdfast <= TARGET ? "yes" : "no"})`,
  );
  await browser.close();
  await site.shutdown();
}

function serve(
  request: Request,
  scripts: Readonly<Record<string, string>>,
): Response {
  const { pathname } = new URL(request.url);
  const script = scripts[pathname];
  return script === undefined
    ? new Response(
      '<!doctype html><script type="module" src="/page.js"></script>',
      {
        headers: { "content-type": "text/html" },
      },
    )
    : new Response(script, { headers: { "content-type": "text/javascript" } });
}

/** Bundles a module with all that it imports. */
async function bundle(module: string): Promise<string> {
  const entry = new URL(module, import.meta.url).href;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=browser", entry],
  }).output();
  const [text, reason] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  if (!success) throw new Error(`Cannot bundle ${entry}: ${reason}`);
  return text!;
}
