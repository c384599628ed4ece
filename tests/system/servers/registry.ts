/**
 * A registry of packages on loopback that speaks JSR's protocol: it takes what
 * `deno publish` sends, and serves what `jsr:` specifiers ask for. Point Deno at
 * it with the environment variable `JSR_URL`.
 *
 * @module
 */

/** A running registry. */
export interface Registry extends AsyncDisposable {
  /** What `JSR_URL` has to be. */
  readonly url: string;
}

interface Release {
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly exports: unknown;
}

const VERSION = String.raw`(?<version>\d[^/]*?)`;
const PACKAGE = {
  publishing: new URLPattern({
    pathname: "/api/scopes/:scope/packages/:name/versions/:version",
  }),
  versions: new URLPattern({ pathname: "/@:scope/:name/meta.json" }),
};
const RELEASE = new RegExp(
  String.raw`^/(?<id>@[^/]+/[^/]+)/${VERSION}(?:_meta\.json|(?<path>/.+))$`,
);

/** Starts a registry without any package. */
export function startRegistry(): Registry {
  const packages = new Map<string, Map<string, Release>>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) =>
      await publish(packages, request) ?? await serve(packages, request.url),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

type Packages = Map<string, Map<string, Release>>;

/** The part that is asked by `deno publish`. */
async function publish(
  packages: Packages,
  request: Request,
): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  if (!pathname.startsWith("/api/")) return undefined;
  if (pathname.startsWith("/api/publish_status/")) return published("success");
  const { scope, name, version } =
    PACKAGE.publishing.exec(request.url)?.pathname.groups ?? {};
  if (version === undefined) return Response.json({});
  if (request.method !== "POST" || request.body === null) {
    return Response.json({ code: "packageVersionNotFound" }, { status: 404 });
  }
  const files = await unpack(request.body);
  const config = files.get(searchParams.get("config") ?? "/deno.json");
  const { exports } = JSON.parse(new TextDecoder().decode(config));
  const id = `@${scope}/${name}`;
  packages.set(id, new Map(packages.get(id)).set(version, { files, exports }));
  return published("pending");
}

function published(status: "pending" | "success"): Response {
  const id = "00000000-0000-0000-0000-000000000000";
  return Response.json({ id, status, error: null });
}

/** The part that is asked for `jsr:` specifiers. */
async function serve(packages: Packages, url: string): Promise<Response> {
  const { scope, name } = PACKAGE.versions.exec(url)?.pathname.groups ?? {};
  const versions = packages.get(`@${scope}/${name}`);
  if (versions !== undefined) {
    return Response.json({
      scope,
      name,
      versions: Object.fromEntries([...versions.keys()].map((v) => [v, {}])),
    });
  }
  const { id = "", version = "", path } =
    RELEASE.exec(new URL(url).pathname)?.groups ?? {};
  const release = packages.get(id)?.get(version);
  const missing = new Response(null, { status: 404 });
  if (release === undefined) return missing;
  if (path === undefined) return Response.json(await describe(release));
  const file = release.files.get(path);
  return file === undefined ? missing : new Response(file, {
    headers: { "content-type": mediaType(path) },
  });
}

async function describe({ files, exports }: Release): Promise<object> {
  const manifest = Object.fromEntries(
    await Promise.all([...files].map(async ([path, bytes]) => {
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      const checksum = `sha256-${new Uint8Array(digest).toHex()}`;
      return [path, { size: bytes.length, checksum }];
    })),
  );
  const list = typeof exports === "string" ? { ".": exports } : exports;
  return { exports: list, manifest };
}

function mediaType(path: string): string {
  return path.endsWith(".ts") ? "text/typescript" : "application/octet-stream";
}

const BLOCK = 512;

/** The files of a gzipped tar (POSIX ustar), by absolute path. */
async function unpack(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const archive = await new Response(
    body.pipeThrough(new DecompressionStream("gzip")),
  ).bytes();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let at = 0; archive[at];) {
    const field = (start: number, length: number) =>
      new TextDecoder().decode(
        archive.subarray(at + start, at + start + length),
      ).replace(/\0.*$/s, "");
    const path = [field(345, 155), field(0, 100)].filter(Boolean).join("/");
    const size = parseInt(field(124, 12), 8);
    const start = at + BLOCK;
    files.set(
      `/${path.replace(/^\.?\//, "")}`,
      archive.slice(start, start + size),
    );
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
