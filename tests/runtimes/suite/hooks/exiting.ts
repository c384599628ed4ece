/** Ends its thread of Node. */

import process from "node:process";

export function ping(): never {
  process.exit(7);
}
