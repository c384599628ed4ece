/**
 * Loses the first post of a worker, as Deno was seen to do.
 *
 * @module
 */

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
};
const post = scope.postMessage;
let posts = 0;

scope.postMessage = (message, transfer) => {
  posts += 1;
  if (posts > 1) post(message, transfer);
};
