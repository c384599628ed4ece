/**
 * The common suite in pages.
 *
 * @module
 */

import { bundle } from "../../examples/browser/bundle.ts";
import {
  type BrowserName,
  resultOf,
} from "../../tests/system/browser/pages/browser_process.ts";
import type { Purpose } from "../../tests/runtimes/suite/suite.ts";
import { readReport, type Report } from "./report.ts";
import { startServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);
const SUITE = new URL("tests/runtimes/suite/", ROOT);
const PAGE = [
  new URL("page.ts", SUITE),
  new URL("hooks/greeting.ts", SUITE),
  new URL("hooks/rejecting.ts", SUITE),
  new URL("worker.ts", ROOT),
];
const PLACES = {
  "worker.ts": "worker.js",
  "hooks/greeting.ts": "greeting.js",
  "hooks/rejecting.ts": "rejecting.js",
};

/** Runs the common suite in a page of a browser. */
export async function visit(
  browser: BrowserName,
  purpose: Purpose = "cases",
): Promise<Report> {
  await using server = await startServer();
  const bundles = new Map([
    ...await bundle(...PAGE),
    ["config.json", encode({ runtime: browser, host: server.host, purpose })],
  ]);
  // The bundles are elsewhere than the sources, which name each other.
  for (const [name, script] of Object.entries(PLACES)) {
    bundles.set(name, bundles.get(script)!);
  }
  const lines = await resultOf(browser, {
    bundles,
    script: "page.js",
    accept: (socket) => socket.close(),
  }) as readonly object[];
  const output = lines.map((line) => JSON.stringify(line)).join("\n");
  return readReport(browser, output);
}

function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
