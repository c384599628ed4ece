/** The page of `deno task page` in Chromium, and what its server sees. */

import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "@std/assert";
import { FAR_HOST } from "./pages/chromium.ts";
import { openPage, press, settled, textOf } from "./pages/page_stage.ts";
import { until } from "../waiting.ts";
import { requires } from "../requirements.ts";

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
    // 1.1 s where nothing else runs; less if an answer was late already, and in any
    // case before the packets come again.
    const notice = page.getByText(/holdfast noticed after [\d,]+ ms/);
    await notice.waitFor();
    assertMatch(await notice.innerText(), /noticed after ([1-4],)?\d{3} ms/);
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
  "page loses nothing with a session while the server is killed, and says so",
  requires("chromium"),
  async () => {
    await using stage = await openPage();
    const { server, page, complaints } = stage;
    await page.getByRole("switch", { name: "with a session" }).press("Space");
    await page.getByText("holdfast begins anew, with a session").waitFor();
    await page.locator("#holdfast-state[data-state=open]").waitFor();
    await settled(server);
    await press(page, "Flood: 20,000 messages");
    await page.locator("#holdfast-facts").getByText("20,000, in order")
      .waitFor();
    await press(page, "Kill the server 5 s");
    const verdict = page.getByText(/Messages lost meanwhile/);
    await verdict.waitFor();
    const [, plain, holdfast] =
      /plain (\d+), holdfast (\d+) with its session/.exec(
        await verdict.innerText(),
      ) ?? [];
    assertEquals(holdfast, "0");
    assert(Number(plain) > 50, plain);
    const facts = page.locator("#holdfast-facts");
    assertMatch(await facts.innerText(), /Lost, repeated\s+0, 0/);
    const log = await page.locator("#log").innerText();
    assert(!log.includes("session lost"), log);
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
    for (let stop = 0; stop < 6; stop += 1) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus-visible");
      names.push(await focused.getAttribute("id") ?? "");
    }
    assertEquals(names, ["freeze", "kill", "drop", "flood", "session", "log"]);
    const chart = page.getByRole("img", { name: /Longest silence.*\d+ ms/ });
    await chart.waitFor();
    await page.getByRole("status", { name: "State of holdfast" }).waitFor();
    const width = await page.locator("html").evaluate((html) =>
      html.scrollWidth
    );
    assertLessOrEqual(width, 320);
  },
);
