/**
 * The code of the worker for `worker: "none"`, in bundles: import it for its
 * effect where a connection lives on the thread that makes it, such as in a
 * service worker, which can start no worker and load nothing later. Deno needs
 * no such import.
 *
 * @example A connection without a worker, in a bundle
 * ```ts
 * import "@holdfast/websocket/in-thread";
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 *
 * await using server = Deno.serve({ port: 0, onListen() {} }, (request) =>
 *   Deno.upgradeWebSocket(request).response
 * );
 * await using socket = new ReconnectingWebSocket(`ws://localhost:${server.addr.port}`, [], {
 *   worker: "none",
 * });
 * await socket.opened;
 * ```
 *
 * @module
 */

import { provideMessages } from "./errors/from_failure.ts";
import * as texts from "./errors/texts.ts";
import { provideRecord } from "./remote/load_record.ts";
import * as records from "./remote/session_record.ts";
import { provideInThread } from "./workers/in_thread_port.ts";
import * as features from "../worker/features/features.ts";
import { provideFeatures } from "../worker/features/load_features.ts";
import { serveInThread } from "../worker/in_thread.ts";
import { provideSession } from "../worker/session/load_session.ts";
import * as sessions from "../worker/session/mod.ts";

provideInThread(serveInThread);
provideFeatures(features);
provideSession(sessions);
provideRecord(records);
provideMessages(texts);
