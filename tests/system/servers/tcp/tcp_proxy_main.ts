/**
 * The program behind `startTcpProxy`.
 *
 * @module
 */

import { connect, createServer, type Socket } from "node:net";
import { RemoteHost } from "../remote/remote_host.ts";
import { type Conditions, TcpFlow } from "./tcp_flow.ts";
import type {
  Direction,
  Directions,
  Fault,
  ProxyCommand,
  ProxyReport,
  ScheduledFault,
} from "./tcp_proxy.ts";

/** The two sides of a connection, and what flows between them. */
interface ProxiedConnection {
  readonly client: Socket;
  readonly server: Socket;
  readonly flows: Readonly<Record<Direction, TcpFlow>>;
}

const host = new RemoteHost<ProxyCommand, ProxyReport>(obey);
const connections = new Set<ProxiedConnection>();
const answered = new Set<Socket>();
const conditions = { up: fairConditions(), down: fairConditions() };
let answer: Uint8Array | string | undefined;
let upstreamPort = 0;
let port = 0;
let server = createServer();
let accepted = 0;
let struck = 0;
let schedule: ReturnType<typeof setTimeout>[] = [];

async function obey(command: ProxyCommand): Promise<ProxyReport> {
  await perform(command);
  return {
    port,
    accepted,
    open: connections.size + answered.size,
    bytes: { up: conditions.up.passed, down: conditions.down.passed },
    struck,
    scheduled: schedule.length,
  };
}

async function perform(command: ProxyCommand): Promise<void> {
  switch (command.type) {
    case "start":
      ({ port, upstreamPort } = command);
      return await listen();
    case "report":
      return;
    case "redirect":
      upstreamPort = command.upstreamPort;
      return;
    case "apply":
      return await apply(command.fault);
    case "schedule":
      return start(command.faults);
  }
}

async function apply(fault: Fault): Promise<void> {
  switch (fault.type) {
    case "refuse":
      server.close();
      return;
    case "reset":
      for (const { client, server } of connections) {
        client.resetAndDestroy();
        server.resetAndDestroy();
      }
      for (const client of answered) client.resetAndDestroy();
      return;
    case "half-close":
      for (const { flows } of connections) flows[fault.direction].shut();
      return;
    case "blackhole":
      change(fault.direction, { isBlackhole: true });
      return;
    case "delay":
      change(fault.direction, { delay: fault.milliseconds });
      return;
    case "throttle":
      change(fault.direction, { bytesPerSecond: fault.bytesPerSecond });
      return;
    case "cut": {
      const at = conditions[fault.direction].passed + fault.after;
      change(fault.direction, { cut: { at, with: fault.with } });
      return;
    }
    case "corrupt": {
      const at = conditions[fault.direction].passed + fault.after;
      change(fault.direction, { corrupt: { at } });
      return;
    }
    case "answer":
      answer = fault.bytes;
      return;
    case "hold-close":
      change("both", { isCloseHeld: true });
      return;
    case "clear":
      return await clear();
  }
}

async function clear(): Promise<void> {
  answer = undefined;
  for (const direction of ["up", "down"] as const) {
    const { passed } = conditions[direction];
    delete conditions[direction].cut;
    delete conditions[direction].corrupt;
    change(direction, { ...fairConditions(), passed });
  }
  if (!server.listening) await listen();
}

function fairConditions(): Conditions {
  return {
    isBlackhole: false,
    isCloseHeld: false,
    delay: 0,
    bytesPerSecond: Infinity,
    passed: 0,
    noticeChange: () => host.noticeChange(),
    noticeStrike: () => struck++,
  };
}

function change(directions: Directions, changes: Partial<Conditions>): void {
  const both: readonly Direction[] = ["up", "down"];
  for (const direction of directions === "both" ? both : [directions]) {
    Object.assign(conditions[direction], changes);
    for (const { flows } of connections) flows[direction].pump();
  }
}

function start(faults: readonly ScheduledFault[]): void {
  schedule.forEach(clearTimeout);
  schedule = faults.map(({ at, fault }) => {
    const timer = setTimeout(async () => {
      await apply(fault);
      schedule = schedule.filter((other) => other !== timer);
      host.noticeChange();
    }, at);
    return timer;
  });
}

async function listen(): Promise<void> {
  server = createServer({ allowHalfOpen: true }, accept);
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(port, "127.0.0.1", listening.resolve);
  await listening.promise;
}

function accept(client: Socket): void {
  accepted++;
  if (answer === undefined) join(client);
  else reply(client, answer);
  host.noticeChange();
}

function reply(client: Socket, bytes: Uint8Array | string): void {
  answered.add(client);
  client.once("data", () => client.end(bytes));
  client.on("end", () => client.end());
  client.on("error", () => {});
  client.on("close", () => {
    answered.delete(client);
    host.noticeChange();
  });
}

function join(client: Socket): void {
  const server = connect({
    host: "127.0.0.1",
    port: upstreamPort,
    allowHalfOpen: true,
  });
  client.setNoDelay();
  server.setNoDelay();
  const flows = {
    up: new TcpFlow({ from: client, to: server }, conditions.up),
    down: new TcpFlow({ from: server, to: client }, conditions.down),
  };
  const connection = { client, server, flows };
  connections.add(connection);
  const forget = () => {
    if (!client.destroyed || !server.destroyed) return;
    connections.delete(connection);
    host.noticeChange();
  };
  client.on("close", forget);
  server.on("close", forget);
}
