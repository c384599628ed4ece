/**
 * Starts `permission_worker.ts` with its own permissions, and prints what the
 * worker posts.
 *
 * @module
 */

const script = new URL("./permission_worker.ts", import.meta.url);
const worker = new Worker(script, { type: "module" });
worker.onmessage = ({ data }) => {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(data)));
  worker.terminate();
};
worker.postMessage(Deno.args);
