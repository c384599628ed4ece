/**
 * What crosses between the two threads of the bare client.
 *
 * @module
 */

import type { Data } from "../../../lib/queue/data.ts";
import type { Pack } from "../../../lib/queue/pack.ts";

/** To the worker. */
export type ToWorker =
  | { readonly type: "connect"; readonly id: number; readonly url: string }
  | {
    readonly type: "send";
    readonly id: number;
    readonly messages: readonly string[];
  }
  /** A batch was delivered. */
  | { readonly type: "taken"; readonly id: number }
  | { readonly type: "close"; readonly id: number };

/** From the worker. */
export type FromWorker =
  | { readonly type: "open"; readonly id: number }
  /** So many characters were written since the last time. */
  | { readonly type: "written"; readonly id: number; readonly size: number }
  | { readonly type: "batch"; readonly id: number; readonly items: Items };

/** What one read has brought. */
export type Items = readonly (Data | Pack)[];
