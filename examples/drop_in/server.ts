/**
 * The server of `drop_in.ts`: GraphQL over WebSocket, an echo, and a relay for
 * documents of Yjs.
 *
 * @module
 */

import {
  GraphQLInt,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from "graphql";
import {
  GRAPHQL_TRANSPORT_WS_PROTOCOL,
  makeHandler,
} from "graphql-ws/use/deno";

const handleGraphql = makeHandler({ schema: makeSchema() });
const authors = new Set<WebSocket>();

/** Starts the server. */
export function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, onListen() {} }, (request) => {
    const isGraphql = new URL(request.url).pathname === "/graphql";
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      isGraphql ? { protocol: GRAPHQL_TRANSPORT_WS_PROTOCOL } : {},
    );
    if (isGraphql) serveGraphql(socket);
    else if (request.url.endsWith("/echo")) {
      socket.onmessage = ({ data }) => socket.send(data);
    } else relay(socket);
    return response;
  });
}

function serveGraphql(socket: WebSocket): void {
  // Deno leaves it empty, but graphql-ws reads it.
  Object.defineProperty(socket, "protocol", {
    value: GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  handleGraphql(socket);
}

/** Passes the messages of each author on to all others. */
function relay(socket: WebSocket): void {
  authors.add(socket);
  socket.onclose = () => authors.delete(socket);
  socket.onmessage = ({ data }) => {
    for (const author of authors) if (author !== socket) send(author, data);
  };
}

/** An author may be open before the server has noticed. */
function send(socket: WebSocket, data: string | ArrayBuffer): void {
  if (socket.readyState === WebSocket.CONNECTING) {
    socket.addEventListener("open", () => socket.send(data));
  } else socket.send(data);
}

function makeSchema(): GraphQLSchema {
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: "Query",
      fields: { hello: { type: GraphQLString, resolve: () => "world" } },
    }),
    subscription: new GraphQLObjectType({
      name: "Subscription",
      fields: {
        countdown: {
          type: GraphQLInt,
          args: { from: { type: GraphQLInt } },
          subscribe: (_source, { from }: { readonly from: number }) =>
            countDown(from),
        },
      },
    }),
  });
}

async function* countDown(
  from: number,
): AsyncGenerator<{ readonly countdown: number }> {
  for (let countdown = from; countdown > 0; countdown -= 1) {
    yield await Promise.resolve({ countdown });
  }
}
