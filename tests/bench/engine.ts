/**
 * Measures the protocol engine against the receiver and the sender of `ws`, in
 * CPU time, without a network:
 *
 * ```sh
 * deno run --allow-env tests/bench/engine.ts
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { Buffer } from "node:buffer";
import process from "node:process";
import * as ws from "ws";
import type { Data } from "../../lib/queue/data.ts";
import { FrameWriter } from "../../lib/rfc6455/frame_writer.ts";
import type { MessageKind } from "../../lib/rfc6455/message_assembler.ts";
import { Receiver } from "../../lib/rfc6455/receiver.ts";
import { packsOf } from "../../lib/queue/pack.ts";
import { PackReader } from "../../lib/queue/pack_reader.ts";
import { decodeText } from "../../lib/rfc6455/text_decoder.ts";

/** How long one figure is measured, in milliseconds of CPU time. */
const TIME = 400;
const ROUNDS = 5;
const KEY = 0x12345678;

type Run = () => void;

interface Load {
  readonly name: string;
  readonly first: number;
  readonly payload: Uint8Array;
  readonly chunk: number;
}

const LOADS: readonly Load[] = [
  load("100 B ASCII in 64 KiB", 0x81, ascii(100), 64),
  load("100 B ASCII in 256 KiB", 0x81, ascii(100), 256),
  load("100 B UTF-8 in 256 KiB", 0x81, utf8(33), 256),
  load("10 KiB ASCII in 256 KiB", 0x81, ascii(10_240), 256),
  load("100 B binary in 256 KiB", 0x82, ascii(100), 256),
  load("10 KiB binary in 256 KiB", 0x82, ascii(10_240), 256),
];

function load(
  name: string,
  first: number,
  payload: Uint8Array,
  kib: number,
): Load {
  return { name, first, payload, chunk: kib * 1024 };
}

function ascii(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 32 + (index * 13) % 90);
}

function utf8(characters: number): Uint8Array {
  return new TextEncoder().encode("漢".repeat(characters));
}

/** Frames of a server, as many as a read holds. */
function chunkOf({ first, payload, chunk }: Load) {
  const writer = new FrameWriter();
  let messages = 0;
  while (writer.length + payload.length + 10 < chunk) {
    writer.frame(first, payload, undefined);
    messages += 1;
  }
  return { bytes: writer.take(), messages };
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The median of some rounds, in nanoseconds for each message. */
function measure(run: Run, messages: number): number {
  const figures = Array.from({ length: ROUNDS }, () => {
    const start = cpu();
    let runs = 0;
    while (cpu() - start < TIME / ROUNDS) {
      run();
      runs += 1;
    }
    return (cpu() - start) * 1e6 / runs / messages;
  });
  return figures.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

function receiverOf(
  message: (
    kind: MessageKind,
    bytes: Uint8Array,
    start: number,
    end: number,
  ) => void,
): Receiver {
  return new Receiver({
    role: "client",
    maxMessageSize: 2 ** 24,
    listener: {
      message,
      ping() {},
      pong() {},
      close() {},
      fault(fault) {
        throw new Error(fault.detail);
      },
    },
  });
}

/** Ranges only: what crosses to another thread as one buffer. */
function ourRanges(bytes: Uint8Array): Run {
  let sum = 0;
  const receiver = receiverOf((_kind, _bytes, start, end) =>
    sum += end - start
  );
  return () => receiver.receive(bytes);
}

/** Strings, many with one call of the decoder where they are ASCII. */
function ourStrings(bytes: Uint8Array): Run {
  let last: Data = "";
  let bounds: number[] = [];
  const receiver = receiverOf((kind, data, start, end) => {
    if (kind === "ascii") bounds.push(start, end);
    else last = decodeText(data, start, end);
  });
  return () => {
    bounds = [];
    receiver.receive(bytes);
    for (const pack of packsOf("ascii", bytes, bounds)) {
      const reader = new PackReader(pack);
      for (let run = reader.read(); run.length > 0; run = reader.read()) {
        last = run.at(-1) ?? last;
      }
    }
  };
}

interface WsReceiver {
  on(type: "message", listener: (data: Buffer) => void): void;
  _write(chunk: Buffer, encoding: string, callback: () => void): void;
}

interface WsSender {
  send(
    data: string | Uint8Array,
    options: Record<string, boolean>,
    callback: () => void,
  ): void;
}

function wsReceive(source: Uint8Array, take: (data: Buffer) => void): Run {
  const make: new (options: object) => WsReceiver = Reflect.get(ws, "Receiver");
  const receiver = new make({ isServer: false, maxPayload: 2 ** 24 });
  receiver.on("message", take);
  const bytes = Buffer.from(source);
  return () => receiver._write(bytes, "", () => {});
}

function reportReceiving(): void {
  console.log("receiving, ns of CPU for each message");
  for (const each of LOADS) {
    const { bytes, messages } = chunkOf(each);
    let sum = 0;
    const isText = each.first === 0x81;
    const ours = measure(
      isText ? ourStrings(bytes) : ourRanges(bytes),
      messages,
    );
    const ranges = measure(ourRanges(bytes), messages);
    const theirs = measure(
      wsReceive(
        bytes,
        (data) => sum += isText ? data.toString().length : data.length,
      ),
      messages,
    );
    report(each.name, ours, theirs);
    if (isText) report(`${each.name}, ranges only`, ranges, theirs);
  }
}

function report(name: string, ours: number, theirs: number): void {
  console.log(
    name.padEnd(40),
    `ours ${ours.toFixed(0).padStart(6)}`,
    `ws ${theirs.toFixed(0).padStart(6)}`,
    `ratio ${(theirs / ours).toFixed(1).padStart(5)}`,
  );
}

function reportSending(): void {
  console.log("sending, masked, ns of CPU for each message");
  const make: new (socket: object, extensions: object) => WsSender = Reflect
    .get(ws, "Sender");
  const sender = new make({ cork() {}, uncork() {}, write() {} }, {});
  const writer = new FrameWriter();
  const text = new TextDecoder().decode(ascii(100));
  const binary = ascii(10_240);
  const times = (run: Run) => () => {
    for (let count = 0; count < 1_000; count += 1) run();
    writer.take();
    writer.recycle();
  };
  const options = (isBinary: boolean) => ({
    binary: isBinary,
    mask: true,
    fin: true,
    compress: false,
  });
  report(
    "100 B text",
    measure(times(() => writer.text(text, KEY)), 1_000),
    measure(times(() => sender.send(text, options(false), () => {})), 1_000),
  );
  report(
    "10 KiB binary",
    measure(times(() => writer.frame(0x82, binary, KEY)), 1_000),
    measure(times(() => sender.send(binary, options(true), () => {})), 1_000),
  );
}

reportReceiving();
reportSending();
