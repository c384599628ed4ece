/** Tabs of Chromium that share a worker by `worker: "tabs"`. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { bundle, type Bundles } from "../../../examples/browser/bundle.ts";
import { Chromium, type Visit } from "./pages/chromium.ts";
import { serveBundles } from "./pages/page_server.ts";
import type { Tab } from "./programs/tabs.ts";
import { requires } from "../requirements.ts";
import { within } from "../waiting.ts";

/** 1001 is not for scripts (WHATWG WebSockets, 3.1). */
const LEFT = "4001 The page was put away";
/** Longer than a tab of ours is ever silent, in milliseconds. */
const BLOCK = 5_000;

declare const globalThis: { readonly tab: Tab };

Deno.test(
  'worker: "tabs" is one worker for all tabs of an origin',
  requires("chromium"),
  async (test) => {
    await using stage = await openStage();
    const a = await stage.open("a");
    const b = await stage.open("b");
    assertEquals(await stage.countWorkers(), 1);

    await test.step("a blocked tab stops neither its own heartbeat nor other tabs", async () => {
      const from = performance.now();
      const blocked = a.evaluate((ms) => globalThis.tab.block(ms), BLOCK);
      assertEquals(await echo(b, "while a is blocked"), "while a is blocked");
      assertLess(performance.now() - from, BLOCK);
      await blocked;
      const gap = stage.longestGap("a", from);
      assertLess(gap, BLOCK / 2);
    });

    await test.step("a tab that is reloaded closes its connection with 1001", async () => {
      const closed = stage.closeOf("a");
      await a.reload();
      assertEquals(await within(closed), LEFT);
      assertEquals(await echo(a, "again"), "again");
      assertEquals(await stage.countWorkers(), 1);
    });

    await test.step("a tab that is left comes back from the cache, or anew", async () => {
      const closed = stage.closeOf("a");
      await a.goto("about:blank");
      assertEquals(await within(closed), LEFT);
      await a.goBack({ waitUntil: "commit" });
      assertEquals(await echo(a, "back"), "back");
    });

    await test.step("a tab that is closed closes its connection with 1001", async () => {
      const closed = stage.closeOf("b");
      await b.close();
      assertEquals(await within(closed), LEFT);
      assertEquals(await echo(a, "b is closed"), "b is closed");
    });

    await test.step("a tab that crashes loses its connection, and the others go on", async () => {
      const c = await stage.open("c");
      const closed = stage.closeOf("a");
      await crash(a);
      await within(closed);
      assertEquals(await echo(c, "a has crashed"), "a has crashed");
      assertEquals(await reasonsOf(c), []);
      await c.close();
    });
  },
);

Deno.test(
  'worker: "tabs" gives each tab a worker of its own once hooks have ended the one of all',
  requires("chromium"),
  async () => {
    await using stage = await openStage();
    const a = await stage.open("a");
    assertEquals(await stage.countWorkers(), 1);
    const b = await stage.open("b", { hooks: "/rejecting.js" });
    for (const tab of [a, b]) {
      await tab.waitForFunction("tab.reasons.length > 0");
      const [reason] = await reasonsOf(tab);
      assertEquals(reason, "The worker of all tabs failed");
    }
    assertEquals(await echo(a, "on its own"), "on its own");
    assertEquals(await stage.countWorkers(), 0);
  },
);

type Page = Visit["page"];

interface Stage extends AsyncDisposable {
  /** Opens a tab, and waits until it is connected. */
  open(name: string, options?: { readonly hooks?: string }): Promise<Page>;
  countWorkers(): Promise<number>;
  /** Waits until the next connection of a tab is closed. */
  closeOf(name: string): Promise<string>;
  /** The longest silence of a tab since an instant, in milliseconds. */
  longestGap(name: string, from: number): number;
}

async function openStage(): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const peer = opened.use(startPeer());
  const bundles = await bundlePage();
  const server = opened.use(serveBundles(bundles, "tabs.js"));
  const browser = opened.use(await Chromium.start());
  const { hostname, port } = server.addr;
  const at = (name: string, hooks: string | undefined) => {
    const options = JSON.stringify({ url: `${peer.url}${name}`, hooks });
    return `http://${hostname}:${port}/#${encodeURIComponent(options)}`;
  };
  const { page: first } = await browser.visit("about:blank");
  const stage = opened.move();
  return {
    ...peer,
    open: async (name, { hooks } = {}) => {
      const page = await first.context().newPage();
      await page.goto(at(name, hooks));
      const worker = await within(
        page.evaluate(() => globalThis.tab.opened()),
      );
      assertEquals(worker, "tabs");
      return page;
    },
    countWorkers: () => browser.countSharedWorkers(),
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
}

async function bundlePage(): Promise<Bundles> {
  const bundles = new Map(
    await bundle(
      new URL("./programs/tabs.ts", import.meta.url),
      new URL("../../runtimes/suite/hooks/rejecting.ts", import.meta.url),
      new URL("../../../worker.ts", import.meta.url),
    ),
  );
  const worker = bundles.get("worker.js");
  assert(worker);
  // The bundles are elsewhere than the sources, which name each other.
  return bundles.set("worker.ts", worker);
}

/** A server that tells how connections were closed, and when it heard of them. */
function startPeer() {
  const heard = new Map<string, number[]>();
  const closes = new Map<string, PromiseWithResolvers<string>>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const name = new URL(request.url).pathname.slice(1);
      const { socket, response } = Deno.upgradeWebSocket(request);
      const instants = heard.get(name) ?? [];
      heard.set(name, instants);
      socket.onmessage = ({ data }) => {
        instants.push(performance.now());
        if (socket.readyState !== WebSocket.OPEN) return;
        socket.send(data === "ping" ? "pong" : data);
      };
      socket.onclose = ({ code, reason }) => {
        closes.get(name)?.resolve(`${code} ${reason}`);
        closes.delete(name);
      };
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    closeOf: (name: string) => {
      const close = Promise.withResolvers<string>();
      closes.set(name, close);
      return close.promise;
    },
    longestGap: (name: string, from: number) => {
      const instants = (heard.get(name) ?? []).filter((at) => at > from);
      const gaps = instants.map((at, index) =>
        at - (instants[index - 1] ?? from)
      );
      return Math.max(...gaps);
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function echo(page: Page, text: string): Promise<unknown> {
  return within(page.evaluate((text) => globalThis.tab.echo(text), text));
}

function reasonsOf(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(() => globalThis.tab.reasons);
}

async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent("crash");
  const session = await page.context().newCDPSession(page);
  // It never answers.
  session.send("Page.crash").catch(() => {});
  await crashed;
}
