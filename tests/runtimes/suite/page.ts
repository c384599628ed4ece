/**
 * The common suite in a page, which posts the lines when all is over.
 *
 * @module
 */

import "@holdfast/websocket/in-thread";
import { runSuite } from "./suite.ts";

const { runtime, ...run } = await (await fetch("/config.json")).json();
const lines: object[] = [];
try {
  await runSuite(runtime, run, (line) => lines.push(line));
} catch (error) {
  lines.push({ name: "The suite", error: `${error}` });
}
await fetch("/result", { method: "POST", body: JSON.stringify(lines) });
