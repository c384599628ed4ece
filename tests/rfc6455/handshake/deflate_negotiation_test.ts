import { assertEquals } from "@std/assert";
import {
  answerDeflateOffers,
  type DeflateAgreement,
  deflateOffer,
  type DeflateOptions,
  readDeflateResponse,
} from "../../../lib/rfc6455/handshake/deflate_negotiation.ts";
import { parseExtensions } from "../../../lib/rfc6455/handshake/extensions.ts";

function respond(header: string, offered: DeflateOptions = {}) {
  const params = header === "" ? "" : `; ${header}`;
  const [extension] = parseExtensions([`permessage-deflate${params}`])!;
  return readDeflateResponse(extension!, offered);
}

function answer(offers: string, options: DeflateOptions = {}) {
  return answerDeflateOffers(parseExtensions([offers])!, options);
}

/** Client and server, in short: the bits, and "!" without takeover. */
function short({ client, server }: DeflateAgreement): string {
  return [client, server].map(({ takeover, windowBits }) =>
    `${windowBits}${takeover === "takeover" ? "" : "!"}`
  ).join(" ");
}

Deno.test("deflateOffer() offers what is asked for", () => {
  assertEquals(
    deflateOffer({}),
    "permessage-deflate; client_max_window_bits",
  );
  assertEquals(
    deflateOffer({
      clientNoContextTakeover: true,
      serverNoContextTakeover: true,
      clientMaxWindowBits: 10,
    }),
    "permessage-deflate; server_no_context_takeover; " +
      "client_no_context_takeover; client_max_window_bits=10",
  );
});

Deno.test("readDeflateResponse() takes what a server may answer (RFC 7692, 7.1)", () => {
  const cases: readonly [string, DeflateOptions, string][] = [
    ["", {}, "15 15"],
    ["server_no_context_takeover", {}, "15 15!"],
    ["client_no_context_takeover", {}, "15! 15"],
    ["server_max_window_bits=8; client_max_window_bits=9", {}, "9 8"],
    ['server_max_window_bits="10"', {}, "15 10"],
    ["", { clientNoContextTakeover: true }, "15! 15"],
    ["", { clientMaxWindowBits: 11 }, "11 15"],
    ["client_max_window_bits=10", { clientMaxWindowBits: 11 }, "10 15"],
    ["server_no_context_takeover", { serverNoContextTakeover: true }, "15 15!"],
  ];
  for (const [header, offered, expected] of cases) {
    const agreement = respond(header, offered);
    assertEquals(
      typeof agreement === "string" ? agreement : short(agreement),
      expected,
    );
  }
});

Deno.test("readDeflateResponse() says what a server must not answer", () => {
  const bits = "has no value from 8 to 15";
  const cases: readonly [string, DeflateOptions, string][] = [
    ["foo", {}, "the parameter foo is unknown"],
    [
      "server_no_context_takeover=1",
      {},
      "server_no_context_takeover has a value",
    ],
    [
      "client_no_context_takeover=1",
      {},
      "client_no_context_takeover has a value",
    ],
    ["server_max_window_bits", {}, `server_max_window_bits ${bits}`],
    ["server_max_window_bits=7", {}, `server_max_window_bits ${bits}`],
    ["server_max_window_bits=16", {}, `server_max_window_bits ${bits}`],
    ["server_max_window_bits=08", {}, `server_max_window_bits ${bits}`],
    ["client_max_window_bits=x", {}, `client_max_window_bits ${bits}`],
    ["client_max_window_bits", {}, "client_max_window_bits has no value"],
    [
      "client_no_context_takeover; client_no_context_takeover",
      {},
      "client_no_context_takeover comes twice",
    ],
    [
      "client_max_window_bits=12",
      { clientMaxWindowBits: 11 },
      "client_max_window_bits=12 is more than was offered",
    ],
    [
      "",
      { serverNoContextTakeover: true },
      "server_no_context_takeover was not accepted",
    ],
  ];
  for (const [header, offered, expected] of cases) {
    assertEquals(respond(header, offered), expected);
  }
});

Deno.test("answerDeflateOffers() answers the first offer that is valid", () => {
  const cases: readonly [string, DeflateOptions, string, string][] = [
    ["permessage-deflate", {}, "permessage-deflate", "15 15"],
    [
      "foo, permessage-deflate; bar, permessage-deflate; client_max_window_bits",
      {},
      "permessage-deflate",
      "15 15",
    ],
    [
      "permessage-deflate; server_no_context_takeover; " +
      "client_no_context_takeover; server_max_window_bits=10; " +
      "client_max_window_bits=12",
      {},
      "permessage-deflate; server_no_context_takeover; " +
      "client_no_context_takeover; server_max_window_bits=10; " +
      "client_max_window_bits=12",
      "12! 10!",
    ],
    [
      "permessage-deflate; client_max_window_bits",
      {
        clientMaxWindowBits: 9,
        clientNoContextTakeover: true,
        serverNoContextTakeover: true,
      },
      "permessage-deflate; server_no_context_takeover; " +
      "client_no_context_takeover; client_max_window_bits=9",
      "9! 15!",
    ],
    // Without the parameter in the offer it must not be in the answer.
    [
      "permessage-deflate",
      { clientMaxWindowBits: 9 },
      "permessage-deflate",
      "15 15",
    ],
  ];
  for (const [offers, options, header, agreement] of cases) {
    const answered = answer(offers, options)!;
    assertEquals(answered.header, header);
    assertEquals(short(answered.agreement), agreement);
  }
});

Deno.test("answerDeflateOffers() declines what it cannot accept", () => {
  assertEquals(answer(""), undefined);
  assertEquals(answer("foo"), undefined);
  assertEquals(
    answer("permessage-deflate; server_max_window_bits=99"),
    undefined,
  );
});
