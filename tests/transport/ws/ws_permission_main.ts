/**
 * Starts `ws_permission_worker.ts` with the permissions that it was started
 * with, and prints what it tells.
 *
 * @module
 */

const script = new URL("./ws_permission_worker.ts", import.meta.url);
const worker = new Worker(script, { type: "module" });
worker.onmessage = ({ data }) => {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(data)));
  worker.terminate();
};
worker.postMessage(Deno.args[0]);
