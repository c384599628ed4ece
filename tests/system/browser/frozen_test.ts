/** The page of `deno task page` in Chromium, while its tab is frozen or hidden. */

import {
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import type { Client, Sample } from "../../../examples/browser/protocol.ts";
import { type Page, servePage } from "../../../examples/browser/server.ts";
import { Chromium } from "./pages/chromium.ts";
import { idleShareOf } from "../idle_machine.ts";
import {
  newest,
  openPage,
  press,
  settled,
  STEADY,
  textOf,
} from "./pages/page_stage.ts";
import { requires } from "../requirements.ts";
import { until } from "../waiting.ts";

/** The frozen tab has one processor to itself, of the two that machines have at least. */
const IDLE_SHARE = 0.3;
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

interface Measured extends Readonly<Record<Client, number>> {
  readonly allowed: number;
}

/** Gives the longest silences, as the server saw them, while `action` ran. */
async function measure(
  server: Page,
  action: () => Promise<void>,
): Promise<Measured> {
  for (let left = MEASUREMENTS;; left -= 1) {
    await until(() => newest(server, STEADY).every(isHeard));
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

function isHeard({ gaps: { holdfast } }: Sample): boolean {
  return holdfast !== null && holdfast < 500;
}

function isThrottled({ gaps: { plain } }: Sample): boolean {
  return plain !== null && plain > 900;
}

function timeOf(server: Page): number {
  return newest(server, 1)[0]?.at ?? 0;
}

/** The longest silence since a time, as the server saw it, in milliseconds. */
function longest(server: Page, client: Client, from: number): number {
  const samples = newest(server, Infinity).filter(({ at }) => at > from);
  return Math.max(...samples.map(({ gaps }) => gaps[client] ?? 0));
}
