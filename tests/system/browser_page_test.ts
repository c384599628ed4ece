/** The page of `deno task page` in Chromium, and what its server sees. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { delay } from "@std/async";
import { type Client, type Sample, SLOT } from "../../examples/browser/seen.ts";
import { type Page, servePage } from "../../examples/browser/server.ts";
import {
  Chromium,
  FAR_HOST,
  type Visit,
  type VisitOptions,
} from "./browser.ts";
import { idleShareOf } from "./idle_machine.ts";
import { requires } from "./requirements.ts";
import { within } from "./waiting.ts";

/** The frozen tab has one processor to itself, of the two that machines have at least. */
const IDLE_SHARE = 0.3;
/** So many samples are a second. */
const STEADY = 1_000 / SLOT;
/** So often a machine that was busy is measured again. */
const MEASUREMENTS = 2;
/** The longest gap at 100 ms, in milliseconds. */
const GAP = 125;
/** What says no more than that the heartbeat did not stop, on a machine that is never idle. */
const BUSY_GAP = 1_000;

Deno.test(
  "page shows a frozen tab's plain heartbeat stopped and ours on time",
  requires("chromium"),
  async () => {
    await using stage = await openPage();
    const { server, page, complaints } = stage;
    const frozen = await measure(server, async () => {
      await press(page, "Freeze this tab 5 s");
      await page.getByText("While this tab was frozen").waitFor();
    });
    assertGreaterOrEqual(frozen.plain, 4_500);
    assertLessOrEqual(frozen.holdfast, frozen.allowed);
    assertEquals(await textOf(page, "holdfast-state"), "open");
    assertEquals(complaints, []);
  },
);

Deno.test(
  "page keeps our heartbeat on time in a background tab",
  requires("chromium"),
  async () => {
    await using server = await servePage(0);
    await using browser = await Chromium.start();
    await browser.openTab(server.url);
    await settled(server);
    await browser.openTab("about:blank");
    // Chromium wakes the timers of a hidden page once a second.
    await until(() => newest(server, STEADY).some(isThrottled));
    const hidden = await measure(server, async () => {
      const from = timeOf(server);
      await until(() => timeOf(server) > from + 2_000);
    });
    assertGreaterOrEqual(hidden.plain, 900);
    assertLessOrEqual(hidden.holdfast, hidden.allowed);
  },
);

Deno.test(
  "page starts anew after a reload, and leaves nothing behind",
  requires("chromium"),
  async () => {
    await using stage = await openPage();
    const { server, page, complaints } = stage;
    await page.reload();
    await until(() => server.visitors.size === 2);
    await settled(server);
    const [before, after] = [...server.visitors.values()];
    await until(() => before?.connections === 0);
    assertEquals(after?.connections, 2);
    assertEquals(complaints, []);
  },
);

Deno.test(
  "page waits for the network, and connects when it is back",
  requires("chromium"),
  async () => {
    await using stage = await openPage({ hostname: FAR_HOST });
    const { server, page, complaints } = stage;
    await page.context().setOffline(true);
    await page.getByText("tried again when the network is back").waitFor();
    assertEquals(await textOf(page, "holdfast-state"), "waiting");
    await page.context().setOffline(false);
    await page.locator("#holdfast-state[data-state=open]").waitFor();
    await settled(server);
    assertEquals(complaints, []);
  },
);

Deno.test(
  "page finds out dropped packets and a dead server, and takes a flood in order",
  requires("chromium"),
  async () => {
    await using stage = await openPage();
    const { server, page, complaints } = stage;
    await press(page, "Flood: 20,000 messages");
    for (const facts of ["#plain-facts", "#holdfast-facts"]) {
      await page.locator(facts).getByText("20,000, in order").waitFor();
    }
    await press(page, "Drop packets 5 s");
    const noticed = page.getByText(/holdfast noticed after 1,\d{3} ms/);
    await noticed.waitFor();
    await settled(server);
    assertEquals(complaints, []);
    await press(page, "Kill the server 5 s");
    await page.getByText("The server is dead").waitFor();
    await page.locator("#holdfast-state[data-state=waiting]").waitFor();
    await page.getByText("The server is back").waitFor();
    await settled(server);
    // Browsers say so themselves, and only so.
    assert(complaints.every((each) => each.includes("ERR_CONNECTION_REFUSED")));
  },
);

Deno.test(
  "page is in order without colours, mouse and eyes",
  requires("chromium"),
  async () => {
    await using stage = await openPage({
      viewport: { width: 320, height: 640 },
    });
    const { page } = stage;
    const names: string[] = [];
    for (let stop = 0; stop < 5; stop += 1) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus-visible");
      names.push(await focused.getAttribute("id") ?? "");
    }
    assertEquals(names, ["freeze", "kill", "drop", "flood", "log"]);
    const chart = page.getByRole("img", { name: /Longest silence.*\d+ ms/ });
    await chart.waitFor();
    await page.getByRole("status", { name: "State of holdfast" }).waitFor();
    const width = await page.locator("html").evaluate((html) =>
      html.scrollWidth
    );
    assertLessOrEqual(width, 320);
  },
);

type Tab = Visit["page"];

/** The page in a browser of its own, and its server; disposing it ends both. */
interface Stage extends Visit, AsyncDisposable {
  readonly server: Page;
}

interface StageOptions extends VisitOptions {
  readonly hostname?: string;
}

/** Opens the page, and waits until both clients have been heard for a second. */
async function openPage(
  { hostname = "127.0.0.1", ...options }: StageOptions = {},
): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await servePage(0));
  const browser = opened.use(await Chromium.start());
  const url = server.url.replace("127.0.0.1", hostname);
  const visit = await browser.visit(url, options);
  await settled(server);
  const stage = opened.move();
  return {
    ...visit,
    server,
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
}

interface Measured extends Readonly<Record<Client, number>> {
  readonly allowed: number;
}

/** Gives the longest silences, as the server saw them, while `action` ran. */
async function measure(
  server: Page,
  action: () => Promise<void>,
): Promise<Measured> {
  for (let left = MEASUREMENTS;; left -= 1) {
    await until(() => newest(server, STEADY).every(isBeating));
    const from = timeOf(server);
    const isBusy = await idleShareOf(action) < IDLE_SHARE;
    if (isBusy && left > 1) continue;
    return {
      plain: longest(server, "plain", from),
      holdfast: longest(server, "holdfast", from),
      allowed: isBusy ? BUSY_GAP : GAP,
    };
  }
}

/** Presses a button as somebody without a mouse does. */
async function press(page: Tab, name: string): Promise<void> {
  await page.getByRole("button", { name }).press("Enter");
}

function textOf(page: Tab, id: string): Promise<string | null> {
  return page.locator(`#${id}`).textContent();
}

/** Waits until both clients have been heard for a second. */
function settled(server: Page): Promise<void> {
  return until(() => {
    const samples = newest(server, STEADY);
    return samples.length === STEADY && samples.every(isQuick);
  });
}

function isQuick({ gaps: { plain, holdfast } }: Sample): boolean {
  return plain !== null && plain < 500 && holdfast !== null && holdfast < 500;
}

function isBeating({ gaps: { holdfast } }: Sample): boolean {
  return holdfast !== null && holdfast < 500;
}

function isThrottled({ gaps: { plain } }: Sample): boolean {
  return plain !== null && plain > 900;
}

/** The last samples of the last visitor. */
function newest(server: Page, count: number): readonly Sample[] {
  return [...server.visitors.values()].at(-1)?.samples.slice(-count) ?? [];
}

function timeOf(server: Page): number {
  return newest(server, 1)[0]?.at ?? 0;
}

/** The longest silence since a time, as the server saw it, in milliseconds. */
function longest(server: Page, client: Client, from: number): number {
  const samples = newest(server, Infinity).filter(({ at }) => at > from);
  return Math.max(...samples.map(({ gaps }) => gaps[client] ?? 0));
}

/** The server sees something new once in a slot. */
function until(isSo: () => boolean): Promise<void> {
  const look = async () => {
    while (!isSo()) await delay(SLOT);
  };
  return within(look());
}
