/**
 * A dispatcher of an open socket.
 *
 * @module
 */

import * as v from "valibot";
import { z } from "zod";
import {
  dispatcher,
  type DispatcherOptions,
  type InvalidMessage,
  type UnknownMessage,
} from "../../lib/messages/mod.ts";
import { FakeReconnectingSocket } from "./fake_socket.ts";

export const SCHEMAS = {
  say: z.object({ text: z.string() }),
  count: v.object({ value: v.number() }),
  error: z.object({ reason: z.string() }),
};

export function openDispatcher(options: DispatcherOptions = {}) {
  const socket = new FakeReconnectingSocket();
  const invalid: InvalidMessage[] = [];
  const unknown: UnknownMessage[] = [];
  const messages = dispatcher(socket, SCHEMAS, {
    invalid: (message) => invalid.push(message),
    unknown: (message) => unknown.push(message),
    ...options,
  });
  socket.open();
  return { socket, invalid, unknown, messages };
}
