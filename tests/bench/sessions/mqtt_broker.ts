/**
 * Debian's mosquitto over WebSockets, with its data on the disk, and an application
 * that sends and receives at QoS 2 (MQTT 5.0, 4.3.3).
 *
 * @module
 */

import { delay } from "@std/async";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { PROGRAMS } from "../../system/requirements.ts";
import type { PeerReport, ServerOfPeers } from "./peer_server.ts";

/** The session of a client lives this long, in seconds. */
const EXPIRY = 120;

/**
 * Each change is written; the default is once in half an hour. Version 2.0.11 does
 * not start with a listener for WebSockets alone.
 */
const CONFIG = (port: number, folder: string) => `
listener 0 ${folder}/socket
listener ${port} 127.0.0.1
protocol websockets
allow_anonymous true
persistence true
persistence_location ${folder}/
autosave_interval 1
autosave_on_changes true
max_queued_messages 0
`;

/** How all clients of the comparison connect. */
export function optionsOf(clientId: string): IClientOptions {
  return {
    clientId,
    protocolVersion: 5,
    clean: false,
    properties: { sessionExpiryInterval: EXPIRY },
    reconnectPeriod: 300,
    connectTimeout: 5_000,
  };
}

/** A broker that may be killed and started again, and its application. */
export class MqttBroker implements ServerOfPeers {
  readonly port: number;
  readonly #folder: string;
  readonly #received: (readonly [client: number, number: number])[] = [];
  #process: Deno.ChildProcess;
  #application!: MqttClient;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    this.#process = this.#run();
  }

  /** Starts both. */
  static async start(): Promise<MqttBroker> {
    const folder = await Deno.makeTempDir({ prefix: "holdfast-mqtt-" });
    // mosquitto runs as another user.
    await Deno.chmod(folder, 0o777);
    const port = freePort();
    await Deno.writeTextFile(`${folder}/conf`, CONFIG(port, folder));
    const broker = new MqttBroker(port, folder);
    await broker.#listening();
    await broker.#connect();
    return broker;
  }

  async emit(number: number): Promise<void> {
    await this.#application.publishAsync("down", `${number}`, { qos: 2 });
  }

  received(): Promise<PeerReport["received"]> {
    return Promise.resolve(this.#received);
  }

  async restart(): Promise<void> {
    await this.#kill();
    this.#process = this.#run();
    await this.#listening();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#application.endAsync(true);
    await this.#kill();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #connect(): Promise<void> {
    const url = `ws://127.0.0.1:${this.port}`;
    const application = this.#application = mqtt.connect(
      url,
      optionsOf("application"),
    );
    application.on("error", () => {});
    application.on("message", (topic, payload) => {
      this.#received.push([Number(topic.slice("up/".length)), Number(payload)]);
    });
    await new Promise((resolve) => application.once("connect", resolve));
    await application.subscribeAsync("up/#", { qos: 2 });
  }

  async #kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  #run(): Deno.ChildProcess {
    return new Deno.Command(PROGRAMS.mosquitto, {
      args: ["-c", `${this.#folder}/conf`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async #listening(): Promise<void> {
    const { port } = this;
    for (let look = 0; look < 250; look += 1) {
      try {
        using _ = await Deno.connect({ hostname: "127.0.0.1", port });
        return;
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        await delay(20);
      }
    }
    throw new Error("mosquitto does not listen");
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
