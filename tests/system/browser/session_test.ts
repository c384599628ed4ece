/** A session in a page of Chromium. */

import { assert, assertEquals } from "@std/assert";
import { bundle } from "../../../examples/browser/bundle.ts";
import { Heard, serveDeno } from "../../server/listening.ts";
import { Chromium } from "./pages/chromium.ts";
import { serveBundles } from "./pages/page_server.ts";
import { requires } from "../requirements.ts";
import { startTcpProxy } from "../servers/tcp/tcp_proxy.ts";

Deno.test(
  "session: loses and repeats nothing in a page that is blocked and cut off",
  requires("chromium"),
  async () => {
    const principals: (string | undefined)[] = [];
    await using sessions = serveDeno(
      new Heard((message) => message.reply(message.data)),
      {
        origins: "*",
        authenticate: (_request, auth) => {
          principals.push(auth);
          return "page";
        },
      },
    );
    const port = Number(new URL(sessions.url).port);
    await using proxy = await startTcpProxy(port);
    await using browser = await Chromium.start();
    await using server = serveBundles(
      await bundle(
        new URL("./programs/session_page.ts", import.meta.url),
        new URL("../../../worker.ts", import.meta.url),
      ),
      "session_page.js",
    );
    const address = `http://127.0.0.1:${server.addr.port}/#${proxy.url}`;
    const { page, complaints } = await browser.visit(address);
    await sessions.heard.until(() => sessions.heard.messages.length >= 100);
    await proxy.apply({ type: "reset" });
    await page.waitForFunction(`document.title.startsWith("{")`)
      .catch((cause) => {
        const { calls, messages } = sessions.heard;
        const seen = JSON.stringify([messages.length, calls, complaints]);
        throw new Error(`The page said nothing: ${seen}`, { cause });
      });
    const { news, ...result } = JSON.parse(await page.title());
    assertEquals(result, { inOrder: true, isAlive: true, closeCode: 1000 });
    assertEquals(news.slice(0, 2), ["opened", "resumed"]);
    assert(principals.every((auth) => auth === "a page"), `${principals}`);
    const { heard } = sessions;
    await heard.until(() => heard.calls.includes("ended bye 200 0"));
    assert(complaints.every((each) => /WebSocket/.test(each)), `${complaints}`);
  },
);
