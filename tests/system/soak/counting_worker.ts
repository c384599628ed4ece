/**
 * The library's worker, with its timers and listeners counted, and ordered to
 * whoever asks.
 *
 * @module
 */

import { holdings } from "./counting.ts";
import "../../../worker.ts";

const channel = new BroadcastChannel("holdfast-soak");
channel.onmessage = ({ data }) => {
  if (data === "ask") channel.postMessage(holdings());
};
