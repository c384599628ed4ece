/**
 * Which requests may become connections.
 *
 * @module
 */

import { SUBPROTOCOL } from "../../session/wire/limits.ts";

/** The part of a request of `node:http` that is used. */
export interface IncomingRequest {
  /** The path and the query. */
  readonly url?: string | undefined;
  /** Names are in lower case. */
  readonly headers: Readonly<
    Record<string, string | readonly string[] | undefined>
  >;
}

/** A reason not to accept a WebSocket. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Which clients are taken. */
export interface Admission {
  /** The origins of pages. */
  readonly origins: readonly string[] | "*" | undefined;
  /** The application's subprotocols. */
  readonly protocols: readonly string[];
  /** Whether clients need a session. */
  readonly required: boolean;
}

/** Says why a request is refused, if it is. */
export function refusalOf(
  request: Request,
  admission: Admission,
): UpgradeRefusal | undefined {
  const { headers } = request;
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return {
      status: 426,
      text: "This is a WebSocket",
      headers: { upgrade: "websocket", connection: "upgrade" },
    };
  }
  if (!isHandshake(headers)) {
    return { status: 400, text: "This is no handshake of a WebSocket" };
  }
  if (!isOriginAllowed(headers, admission.origins)) {
    return { status: 403, text: "This origin is not allowed" };
  }
  const isTaken = !admission.required || offeredBy(headers).has(SUBPROTOCOL);
  return isTaken
    ? undefined
    : { status: 400, text: `The subprotocol must be ${SUBPROTOCOL}` };
}

/** The subprotocols that a client offers. */
export function offeredBy(headers: Headers): ReadonlySet<string> {
  const offered = headers.get("sec-websocket-protocol") ?? "";
  return new Set(offered.split(",").map((name) => name.trim()));
}

/**
 * Selects a subprotocol: that of sessions, or else the first that the client offers
 * and the application has.
 *
 * @returns Empty for none.
 */
export function select(
  offered: ReadonlySet<string>,
  { required, protocols }: Admission,
): string {
  if (offered.has(SUBPROTOCOL)) return SUBPROTOCOL;
  if (required) return "";
  return [...offered].find((name) => protocols.includes(name)) ?? "";
}

/**
 * Browsers send the cookies of a user with the WebSocket of any page, so the
 * page has to be one of ours (cross-site WebSocket hijacking). They cannot leave
 * the header out (RFC 6455, 10.2).
 */
export function isOriginAllowed(
  headers: Headers,
  origins: readonly string[] | "*" | undefined,
): boolean {
  const origin = headers.get("origin");
  if (origin === null || origins === "*") return true;
  return origins === undefined
    ? hostOf(origin) === headers.get("host")
    : origins.includes(origin);
}

/** A copy without the connection, whose headers can be read at any time. */
export function copyOf(request: Request): Request {
  return new Request(request.url, { headers: request.headers });
}

/** The same for a request of `node:http`. */
export function requestOf({ url = "/", headers }: IncomingRequest): Request {
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const each of value === undefined ? [] : [value].flat()) {
      copied.append(name, each);
    }
  }
  const host = copied.get("host") ?? "";
  return new Request(urlOf(url, host), { headers: copied });
}

/**
 * Of any target (RFC 9112, 3.2) and any host: a path that begins with `//` is no
 * other host, and a `Request` of the Fetch standard takes no credentials.
 */
function urlOf(target: string, host: string): string {
  const isHost = URL.canParse(`http://${host}`);
  const { origin } = new URL(isHost ? `http://${host}` : "http://host");
  const whole = target.startsWith("/") ? origin + target : target;
  const url = new URL(URL.canParse(whole, origin) ? whole : origin, origin);
  url.username = "";
  url.password = "";
  return url.href;
}

/** Whether Deno would take it (RFC 6455, 4.2.1). */
function isHandshake(headers: Headers): boolean {
  const connection = headers.get("connection") ?? "";
  return connection.toLowerCase().split(/[\s,]+/).includes("upgrade") &&
    headers.has("sec-websocket-key");
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
