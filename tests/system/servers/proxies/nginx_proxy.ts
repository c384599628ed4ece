/**
 * nginx as a reverse proxy that cuts idle connections.
 *
 * @module
 */

import { PROGRAMS } from "../../requirements.ts";
import {
  type ProxyTls,
  type ReverseProxy,
  startReverseProxy,
} from "./reverse_proxy.ts";

/** The options of {@linkcode startNginxProxy}. */
export interface NginxProxyOptions {
  /**
   * `proxy_read_timeout` and `proxy_send_timeout`, in milliseconds.
   *
   * @default {60_000}
   */
  readonly idleLimit?: number;
  /** Makes it speak TLS; its URL stays that of 127.0.0.1. */
  readonly tls?: ProxyTls;
}

/**
 * Starts nginx in front of a server.
 *
 * @param upstreamPort The server's port on loopback.
 * @param options The idle limit.
 * @returns The proxy, listening.
 */
export function startNginxProxy(
  upstreamPort: number,
  { idleLimit = 60_000, tls }: NginxProxyOptions = {},
): Promise<ReverseProxy> {
  return startReverseProxy({
    configure: ({ port, directory }) => `
daemon off;
# One process: it ends with its handle.
master_process off;
pid ${directory}/pid;
error_log stderr crit;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${port}${tls ? " ssl" : ""};
    ${tls ? tlsLines(tls, directory) : ""}
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_read_timeout ${idleLimit}ms;
      proxy_send_timeout ${idleLimit}ms;
    }
  }
}
`,
    command: (file) => [PROGRAMS.nginx, "-e", "stderr", "-c", file],
  });
}

function tlsLines(
  { certificate, authority }: ProxyTls,
  directory: string,
): string {
  const files = { cert: certificate.cert, key: certificate.key };
  for (const [name, text] of Object.entries({ ...files, authority })) {
    if (text !== undefined) {
      Deno.writeTextFileSync(`${directory}/${name}`, text);
    }
  }
  const client = authority === undefined ? "" : `
    ssl_client_certificate ${directory}/authority;
    ssl_verify_client on;`;
  return `
    ssl_certificate ${directory}/cert;
    ssl_certificate_key ${directory}/key;${client}`;
}
