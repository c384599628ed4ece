/**
 * The steps of `doctor` from a URL to an open WebSocket: DNS, TCP, proxy, TLS,
 * certificate, handshake, each as the transport `tcp` takes it.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import type { Failure } from "../../connection/failure.ts";
import type {
  NetworkConfig,
  TlsConfig,
} from "../../connection/config/network.ts";
import { placeToken, type TokenPlacement } from "../../identity/token.ts";
import type { Clock } from "../../platform/clock.ts";
import {
  closeQuietly,
  DialAttempt,
} from "../../transport/tcp/dial/dial_attempt.ts";
import type { Conn, TcpConn } from "../../transport/tcp/dial/deno_net.ts";
import {
  connectTcp,
  connectTls,
  endpointOf,
  startTls,
} from "../../transport/tcp/dial/dial.ts";
import type { PossibleRoute } from "../../transport/tcp/dial/proxy.ts";
import {
  connectFailure,
  type Endpoint,
  showEndpoint,
} from "../../transport/tcp/dial/tcp_failure.ts";
import { openTunnel, showProxy } from "../../transport/tcp/dial/tunnel.ts";
import {
  type Opened,
  OpeningHandshake,
} from "../../transport/tcp/opening_handshake.ts";
import { withFlags } from "../flag_text.ts";
import type { HandshakePlan } from "../handshake_flags.ts";
import {
  type CertificateFacts,
  readCertificateFacts,
} from "./certificate_facts.ts";
import {
  type Finding,
  judgeAcceptance,
  judgeConnectFailure,
  judgeRefusal,
  judgeViolation,
} from "./diagnosis.ts";
import { judgeCertificate, judgeTlsProblem } from "./tls_diagnosis.ts";

/** Where to go, and how. */
export interface OpeningPlan extends HandshakePlan {
  readonly network: NetworkConfig;
  readonly route: PossibleRoute;
}

/** The connection of one checkup, as far as it is made. */
export class OpeningSteps {
  readonly #plan: OpeningPlan;
  readonly #clock: Clock;
  readonly #attempt = new DialAttempt();
  readonly #server: Endpoint;
  /** The first one to connect to: the proxy, where there is one. */
  readonly #first: Endpoint;
  #conn: TcpConn | undefined;
  #secure: Conn | undefined;
  #opened: Opened | undefined;

  /** Makes the steps of a plan; none is taken yet. */
  constructor(plan: OpeningPlan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.#server = endpointOf(plan.url);
    this.#first = plan.route.kind === "proxy"
      ? endpointOf(plan.route.url)
      : this.#server;
  }

  /** What the handshake has opened. */
  get opened(): Opened | undefined {
    return this.#opened;
  }

  /** Ends the step that is under way, and closes what is open. */
  abort(): void {
    this.#attempt.abort();
  }

  /** DNS: the addresses of the server, or of the proxy. */
  async resolve(): Promise<Finding> {
    const found = await lookup(this.#first.hostname, { all: true });
    const addresses = found.map(({ address }) => address).join(", ");
    return { outcome: "good", summary: addresses, ...this.#viaProxy() };
  }

  /** TCP: to the server, or to the proxy. */
  async connect(): Promise<Finding> {
    try {
      this.#conn = await connectTcp(this.#first, this.#attempt);
    } catch (error) {
      const whom = this.#plan.route.kind === "proxy" ? "proxy" : "TCP";
      return judgeConnectFailure(whom, this.#failureOf(error));
    }
    const { hostname, port } = this.#conn.remoteAddr;
    return { outcome: "good", summary: `${hostname}, port ${port}` };
  }

  /** Proxy: TLS with it where its URL says so, and the tunnel. */
  async tunnel(proxy: URL): Promise<Finding> {
    const { network: { tls = NO_TLS } } = this.#plan;
    const how = { tls, attempt: this.#attempt };
    const to = this.#server;
    try {
      const tcp = this.#conn!;
      const conn = proxy.protocol === "https:"
        ? this.#secure = await startTls(tcp, proxy, how)
        : tcp;
      await openTunnel({ conn, proxy, to });
    } catch (error) {
      return judgeConnectFailure("proxy", this.#failureOf(error));
    }
    return {
      outcome: "good",
      summary: `CONNECT ${showEndpoint(to)}: the tunnel is open`,
    };
  }

  /** TLS, with the client's certificate where there is one. */
  async secure(signal: AbortSignal): Promise<Finding> {
    const { url, network: { tls = NO_TLS } } = this.#plan;
    const how = { tls, attempt: this.#attempt };
    const tcp = this.#conn!;
    try {
      if (tls.cert === undefined) {
        this.#secure = await startTls(tcp, url, how);
      } else {
        // Only this function shows a certificate, on a connection of its own.
        closeQuietly(tcp);
        this.#secure = await connectTls(this.#server, tls, this.#attempt);
      }
    } catch (error) {
      return await this.#judgeTls(this.#failureOf(error), signal);
    }
    return { outcome: "good", summary: "the server's certificate is trusted" };
  }

  /** Certificate: names and dates, on a second connection. */
  async inspect(signal: AbortSignal): Promise<Finding> {
    const facts = await this.#certificate(signal);
    return facts === undefined
      ? { outcome: "good", summary: "it could not be read a second time" }
      : judgeCertificate(facts, this.#clock.wallNow());
  }

  /** Handshake. */
  async performHandshake(signal: AbortSignal): Promise<Finding> {
    const { url, protocols, network } = this.#plan;
    const handshake = new OpeningHandshake({
      url: url.href,
      protocols,
      headers: headersOf(this.#plan),
      network,
    });
    try {
      const conn = this.#secure ?? this.#conn!;
      this.#opened = await handshake.perform(conn);
    } catch (error) {
      return await this.#judgeHandshake(this.#failureOf(error), signal);
    }
    return judgeAcceptance(this.#opened.acceptance);
  }

  async #judgeHandshake(
    failure: Failure,
    signal: AbortSignal,
  ): Promise<Finding> {
    switch (failure.type) {
      case "handshake":
        return judgeRefusal(failure);
      case "protocol":
        return judgeViolation(failure);
      default:
        // Since TLS 1.3 a server refuses a client's certificate this late.
        return isTls(failure)
          ? await this.#judgeTls(failure, signal)
          : judgeConnectFailure("handshake", failure);
    }
  }

  async #judgeTls(failure: Failure, signal: AbortSignal): Promise<Finding> {
    if (!isTls(failure)) return judgeConnectFailure("TLS", failure);
    const { tls = NO_TLS } = this.#plan.network;
    return judgeTlsProblem({
      detail: failure.detail,
      host: this.#server.hostname,
      certificate: await this.#certificate(signal),
      client: tls.cert === undefined ? "anonymous" : "known",
    });
  }

  #certificate(signal: AbortSignal): Promise<CertificateFacts | undefined> {
    const { route } = this.#plan;
    const server = this.#server;
    const endpoint = this.#first;
    return readCertificateFacts(
      route.kind === "direct"
        ? { server }
        : { server, proxy: { url: route.url, endpoint } },
      signal,
    );
  }

  #viaProxy(): Pick<Finding, "details"> {
    const { route } = this.#plan;
    if (route.kind === "direct") return {};
    const source = withFlags(route.source);
    return { details: [`${source} names ${showProxy(route.url)}`] };
  }

  #failureOf(error: unknown): Failure {
    return connectFailure(error, this.#first);
  }
}

const NO_TLS: TlsConfig = { caCerts: [] };

const BEARER: TokenPlacement = {
  kind: "header",
  name: "Authorization",
  scheme: "Bearer",
};

/** The token takes the place of a header of its name. */
function headersOf(
  { url, protocols, token, headers }: HandshakePlan,
): Readonly<Record<string, string>> {
  const target = { url: url.href, protocols, headers };
  if (token === undefined) return headers;
  return placeToken(target, token, BEARER).headers;
}

function isTls(
  failure: Failure,
): failure is Extract<Failure, { type: "connect" }> {
  return failure.type === "connect" && failure.kind === "tls";
}
