/**
 * `WorkerWebSocket` and Chromium's own `WebSocket` in one page, with the same
 * peers: what listeners see must be the same, line by line.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bundle } from "../../../examples/browser/bundle.ts";
import { Chromium, type Visit } from "./pages/chromium.ts";
import { serveBundles } from "./pages/page_server.ts";
import type { Class, Scenario } from "./programs/traces.ts";
import { requires } from "../requirements.ts";
import { startTcpServer } from "../servers/tcp/tcp_server.ts";
import { findUnusedPort } from "../servers/tcp/unused_port.ts";
import { type Case, CASES } from "./whatwg_cases.ts";

Deno.test(
  "WorkerWebSocket() behaves as Chromium's own WebSocket",
  requires("chromium"),
  async (test) => {
    await using browser = await Chromium.start();
    await using server = await servePrograms();
    const { page } = await browser.visit(urlOf(server));
    for (const [name, { script, steps = {}, protocols = [] }] of entries()) {
      await test.step(name, async () => {
        await using peers = await startTcpServer(script);
        const { url } = peers;
        const scenario = { url: `${url}/path?query`, protocols, steps };
        const platform = await trace(page, "platform", scenario);
        assertEquals(await trace(page, "ours", scenario), platform);
      });
    }
    await test.step("connection refused", async () => {
      const url = `ws://127.0.0.1:${findUnusedPort()}/`;
      const scenario = { url, steps: {} };
      const platform = await trace(page, "platform", scenario);
      assertEquals(await trace(page, "ours", scenario), platform);
    });
    await test.step("arguments", async () => {
      const url = `ws://127.0.0.1:${findUnusedPort()}`;
      const platform = await tryArguments(page, "platform", url);
      assertEquals(await tryArguments(page, "ours", url), platform);
    });
  },
);

Deno.test(
  "ReconnectingWebSocket() says why a worker does not start in a browser",
  requires("chromium"),
  async () => {
    const policy = "default-src 'none'; script-src 'self'; worker-src 'none'";
    await using browser = await Chromium.start();
    await using open = await servePrograms();
    await using strict = await servePrograms(policy);
    const { page } = await browser.visit(urlOf(open));
    assertMatch(await failToOpen(page, "/missing.js"), /WorkerError.*404/);
    const { page: barred, complaints } = await browser.visit(urlOf(strict));
    assertMatch(
      await failToOpen(barred, "/worker.js"),
      /WorkerError.*The content security policy forbids it \(worker-src\)/,
    );
    const refusals = complaints.filter((each) => each.includes("a worker"));
    // Another attempt would be of no use.
    assertEquals(refusals.length, 1);
    assertStringIncludes(refusals.join(), "worker-src");
  },
);

function entries(): readonly (readonly [string, Case])[] {
  return Object.entries(CASES);
}

async function servePrograms(policy?: string) {
  const bundles = await bundle(
    new URL("./programs/traces.ts", import.meta.url),
    new URL("../../../worker.ts", import.meta.url),
  );
  return serveBundles(bundles, "traces.js", policy);
}

function urlOf(server: Deno.HttpServer<Deno.NetAddr>): string {
  return `http://127.0.0.1:${server.addr.port}/`;
}

type Page = Visit["page"];

/** What `programs/traces.ts` puts into the page. */
interface Programs {
  trace(kind: Class, scenario: Scenario): Promise<string[]>;
  tryArguments(kind: Class, url: string): string[];
  failToOpen(workerUrl: string): Promise<string>;
}

declare const globalThis: Programs;

function trace(page: Page, kind: Class, scenario: Scenario): Promise<string[]> {
  return page.evaluate(
    ([kind, scenario]) => globalThis.trace(kind, scenario),
    [kind, scenario] as const,
  );
}

function tryArguments(page: Page, kind: Class, url: string): Promise<string[]> {
  return page.evaluate(
    ([kind, url]) => globalThis.tryArguments(kind, url),
    [kind, url] as const,
  );
}

function failToOpen(page: Page, workerUrl: string): Promise<string> {
  return page.evaluate((url) => globalThis.failToOpen(url), workerUrl);
}
