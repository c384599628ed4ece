/**
 * Which proxy a connection goes through.
 *
 * @module
 */

import { denoNet } from "./deno_net.ts";
import { isLoopback } from "../../../rfc6455/url.ts";

/** Gives a variable of the environment, if it is there and may be read. */
export type ReadVariable = (name: string) => string | undefined;

/** A way to the server: straight, through a proxy, or through one that cannot be used. */
export type Route =
  | { readonly kind: "direct" }
  | {
    readonly kind: "proxy";
    readonly url: URL;
    /** What names it, for people. */
    readonly source: string;
  }
  | { readonly kind: "unusable"; readonly detail: string };

/** A way that can be tried. */
export type PossibleRoute = Exclude<Route, { kind: "unusable" }>;

const DIRECT: Route = { kind: "direct" };
/** The variables for each scheme, the first one first, as `curl` reads them. */
const VARIABLES = {
  "ws:": ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
  "wss:": ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
} as const;

/**
 * Chooses the way to a server.
 *
 * @param url The server's URL.
 * @param setting The option `proxy`: a URL, none, or what the environment says.
 * @param read Reads the environment.
 */
export function routeTo(
  url: URL,
  setting: string | false | undefined,
  read: ReadVariable,
): Route {
  if (setting === false) return DIRECT;
  if (setting !== undefined) return routeThrough(setting, 'The option "proxy"');
  // As browsers and Go do: no proxy can reach this machine.
  if (isLoopback(url.hostname) || isExcepted(url, read)) return DIRECT;
  for (const name of VARIABLES[url.protocol as keyof typeof VARIABLES]) {
    const value = read(name)?.trim();
    if (value) return routeThrough(value, `The variable ${name}`);
  }
  return DIRECT;
}

/** Reads a variable, where the permission is there already. */
export function readVariable(name: string): string | undefined {
  const { state } = denoNet().permissions.querySync({
    name: "env",
    variable: name,
  });
  return state === "granted" ? denoNet().env.get(name) : undefined;
}

function routeThrough(value: string, source: string): Route {
  // Variables often have no scheme; it then is http:, as for curl.
  const url = URL.parse(
    /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`,
  );
  if (url === null || url.hostname === "") {
    return { kind: "unusable", detail: `${source} is no URL of a proxy` };
  }
  if (url.protocol === "http:" || url.protocol === "https:") {
    return { kind: "proxy", url, source };
  }
  const detail = `${source} names a proxy with ${url.protocol}, but only ` +
    "http: and https: can be used";
  return { kind: "unusable", detail };
}

/** Whether `NO_PROXY` names the host. */
function isExcepted(url: URL, read: ReadVariable): boolean {
  const list = read("no_proxy") ?? read("NO_PROXY") ?? "";
  return list.toLowerCase().split(/[\s,]+/).some((entry) =>
    entry !== "" && matches(url, entry)
  );
}

function matches(url: URL, entry: string): boolean {
  if (entry === "*") return true;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (entry.includes("/")) return isInNetwork(host, entry);
  const { name, port } = splitPort(entry);
  if (port !== undefined && port !== portOf(url)) return false;
  const domain = name.replace(/^\*?\./, "");
  return host === domain || host.endsWith(`.${domain}`);
}

/** An entry may end with a port; an IPv6 address then is in brackets. */
function splitPort(
  entry: string,
): { readonly name: string; readonly port: string | undefined } {
  const match = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry);
  if (match === null) return { name: entry, port: undefined };
  return { name: match[1] ?? match[2]!, port: match[3] };
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === "wss:" ? "443" : "80");
}

/** IPv4 networks only, such as 10.0.0.0/8. */
function isInNetwork(host: string, entry: string): boolean {
  const [network = "", length = ""] = entry.split("/");
  const [address, base] = [ipv4Of(host), ipv4Of(network)];
  if (address === undefined || base === undefined) return false;
  if (!/^\d+$/.test(length) || Number(length) > 32) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(address / size) === Math.floor(base / size);
}

function ipv4Of(text: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
