/** Workers: where connections live, and what happens when a worker dies. */

import { ReconnectingWebSocket, WorkerHost } from "@holdfast/websocket";
import { type Case, check, end, equal, fails } from "./case.ts";
import { dies } from "./threads.ts";

/** A worker that speaks another version of the protocol; Node has no `postMessage()`. */
const OTHER_RELEASE = `data:text/javascript,${
  encodeURIComponent(`
  const port = globalThis.postMessage
    ? globalThis
    : process.getBuiltinModule("node:worker_threads").parentPort;
  port.postMessage([{ type: "ready", version: 99 }]);
`)
}`;

/** The cases. */
export const WORKERS: readonly Case[] = [
  {
    name: "lives in a worker of its own, if asked",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        worker: "dedicated",
      });
      socket.send("a");
      equal(await socket.receive(), "a");
      equal(socket.status.worker, "dedicated");
      await end(socket);
    },
  },
  {
    name: "lives on this thread, if asked",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        worker: "none",
      });
      socket.send("a");
      equal(await socket.receive(), "a");
      equal(socket.status.worker, "none");
      await end(socket);
    },
  },
  {
    name: "lives in a worker of all tabs, if asked, or else says why not",
    run: async ({ url, gives }) => {
      const warnings: unknown[] = [];
      const ignore = () => {};
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        worker: "tabs",
        heartbeat: false,
        logger: {
          debug: ignore,
          info: ignore,
          warn: (message) => warnings.push(message),
          error: ignore,
        },
      });
      socket.send("a");
      equal(await socket.receive(), "a");
      equal(socket.status.worker, "tabs");
      await end(socket);
      const isOwn = ["This tab has a worker of its own"];
      equal(warnings, gives.includes("tabs") ? [] : isOwn);
    },
  },
  {
    name: "lives in a worker of all tabs wherever there can be one, if asked",
    run: async ({ url }) => {
      const host = new WorkerHost({ tabs: "always" });
      equal(host.size, 1);
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        worker: host,
      });
      socket.send("a");
      equal(await socket.receive(), "a");
      await host[Symbol.asyncDispose]();
    },
  },
  {
    name: "refuses a place that it does not know, in one sentence",
    run: async ({ url }) => {
      const options = { worker: "tab" };
      const { message } = await fails(
        "TypeError",
        () => new ReconnectingWebSocket(url("echo"), [], options as object),
      );
      const wanted = '"shared" or "dedicated" or "tabs" or "none"';
      equal(message, `Option "worker" must be ${wanted}, not "tab"`);
    },
  },
  {
    name: "lives with a host, which closes all of its connections",
    run: async ({ url }) => {
      const host = new WorkerHost({ size: 2 });
      const sockets = [1, 2, 3].map(() =>
        new ReconnectingWebSocket(url("echo"), [], { worker: host })
      );
      await Promise.all(sockets.map(({ opened }) => opened));
      await host[Symbol.asyncDispose]();
      equal(sockets.map(({ readyState }) => readyState), [3, 3, 3]);
    },
  },
  {
    name: "holds 100 connections in one worker",
    run: async ({ url }) => {
      const sockets = Array.from(
        { length: 100 },
        () => new ReconnectingWebSocket(url("echo")),
      );
      await Promise.all(sockets.map(async (socket, index) => {
        socket.send(`${index}`);
        equal(await socket.receive(), `${index}`);
      }));
      await Promise.all(sockets.map(end));
    },
  },
  {
    name: "tells that its worker threw, and connects again",
    run: ({ url }) => dies(url("echo"), "rejecting.ts", /Boom/),
  },
  {
    name: "says that the script of the worker is not there",
    run: async ({ url }) => {
      const missing = new URL("./missing_worker.js", import.meta.url);
      const host = new WorkerHost({ url: missing });
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        worker: host,
      });
      socket.closed.catch(() => {});
      const error = await fails("WorkerError", () => socket.opened);
      check(/could not be started/.test(error.message), error.message);
    },
  },
  {
    name: "says that the worker is of another release",
    run: async ({ url }) => {
      const socket = new ReconnectingWebSocket(url("echo"), [], {
        worker: new WorkerHost({ url: OTHER_RELEASE }),
      });
      socket.closed.catch(() => {});
      const { message } = await fails("WorkerError", () => socket.opened);
      check(/version 99 .*Serve the worker of the same/.test(message), message);
    },
  },
  {
    name: "refuses options that nobody knows",
    run: async ({ url }) => {
      const options = { openTimout: 1 };
      const error = await fails(
        "TypeError",
        () => new ReconnectingWebSocket(url("echo"), [], options as object),
      );
      check(error.message.includes("openTimeout"), error.message);
    },
  },
];
