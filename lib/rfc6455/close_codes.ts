/**
 * What close codes mean, what usually causes them, and what to do.
 *
 * @module
 */

/** The registered codes (IANA), our own, and those with a usual meaning. */
export const CLOSE_CODES: ReadonlyMap<number, string> = new Map([
  [
    1000,
    "Normal closure: the peer had finished with the connection. Add 1000 to " +
    "fatalCloseCodes if the server uses it to say that clients must not " +
    "return",
  ],
  [
    1001,
    "Going away: the server is shutting down, or the page was left. Usually " +
    "a deployment; reconnecting is all that is needed",
  ],
  [
    1002,
    "Protocol error: one side sent frames that break RFC 6455. Usually a " +
    "proxy that alters the traffic, or a fault in the library of the " +
    "server; try without the proxy",
  ],
  [
    1003,
    "Unsupported data: the receiver accepts no messages of this type. " +
    "Usually binary was sent where only text is accepted, or the other way " +
    "round; check what is sent",
  ],
  [
    1004,
    "Reserved: the code has no meaning and must not be used. The peer has a " +
    "fault: report it to its operator",
  ],
  [
    1005,
    "The close frame carried no code: the peer closed without saying why. " +
    "Usually on purpose; make the server send a code and a reason if they " +
    "matter",
  ],
  [
    1006,
    "No close frame was received: the network was lost, the server died, or " +
    "a proxy closed an idle connection. Many proxies have a limit of 30 or " +
    "60 s: set heartbeat.interval below it; otherwise check the server's " +
    "log",
  ],
  [
    1007,
    "Invalid data: the content of a message did not fit its type. Usually " +
    "text that is not UTF-8; send it as binary",
  ],
  [
    1008,
    "Policy violation: the server does not accept this client or what it " +
    "sent. Usually a token, an Origin header or a rate limit; the close " +
    "reason and the server's log say which",
  ],
  [
    1009,
    "Message too big: a message was larger than the receiver accepts. Send " +
    "smaller messages, or raise the limit: maxMessageSize on this side, the " +
    "server's own on the other",
  ],
  [
    1010,
    "Mandatory extension: the client needs an extension that the server did " +
    "not select. Enable the extension in the server, or do not offer it",
  ],
  [
    1011,
    "Internal error: the server failed, or one side got no answer to its " +
    "keepalive pings in time. Look for an exception in the server's log; " +
    "for a keepalive timeout, look for a blocked thread or a slow network, " +
    "and raise the ping timeout of that side",
  ],
  [
    1012,
    "Service restart: the server restarts and will return. Reconnecting is " +
    "all that is needed",
  ],
  [
    1013,
    "Try again later: the server is overloaded or refuses clients for now. " +
    "Reconnecting with backoff is the answer; if it lasts, the server needs " +
    "more capacity",
  ],
  [
    1014,
    "Bad gateway: a proxy had no valid answer from the server behind it. " +
    "Usually that server is down or restarting; check the proxy's log",
  ],
  [
    1015,
    "The TLS handshake failed: the server could not be verified, or the two " +
    "share no protocol version. Check that the certificate is valid for the " +
    "host name and trusted",
  ],
  [
    3000,
    "Unauthorized: the server does not know the client. Usually the token " +
    "is missing, wrong or expired; get a new one",
  ],
  [
    3003,
    "Forbidden: the server knows the client and refuses it. Check the " +
    "rights of this user; trying again does not help",
  ],
  [
    3008,
    "Timeout: the client did not send in time what the server waits for. " +
    "Usually a first message or an answer to an application's ping; check " +
    "greeting and heartbeat.message",
  ],
  [
    4002,
    "Protocol error, sent by a client of this library instead of 1002, " +
    "which it cannot send: the server sent frames that break RFC 6455. " +
    "Check the server's library and the proxies on the way",
  ],
  [
    4009,
    "Message too big, sent by a client of this library instead of 1009, " +
    "which it cannot send: the server sent more than maxMessageSize. Raise " +
    "it, or send smaller messages",
  ],
  [
    4011,
    "Heartbeat timeout, sent by a client of this library instead of 1011, " +
    "which it cannot send: the server did not answer in time. Look for a " +
    "blocked server or a slow network, or raise heartbeat.timeout",
  ],
  [
    4400,
    "Bad request (like HTTP 400): the server did not understand a message. " +
    "Compare what is sent with the server's protocol",
  ],
  [
    4401,
    "Unauthorized (like HTTP 401): the token is missing, wrong or expired. " +
    "Get a new one",
  ],
  [
    4402,
    "Payment required (like HTTP 402): the account's plan or quota does not " +
    "cover this. Check it with the service",
  ],
  [
    4403,
    "Forbidden (like HTTP 403): the server does not allow it to this user. " +
    "Check the user's rights; trying again does not help",
  ],
  [
    4404,
    "Not found (like HTTP 404): there is nothing under this URL or name. " +
    "Check the path and what is subscribed to",
  ],
  [
    4405,
    "Not allowed (like HTTP 405): the server does not offer this operation " +
    "here. Compare what is sent with the server's protocol",
  ],
  [
    4406,
    "Not acceptable (like HTTP 406): the two share no subprotocol. Check " +
    "the protocols that are asked for",
  ],
  [
    4407,
    "Proxy authentication required (like HTTP 407): a gateway wants " +
    "credentials. Check what it expects",
  ],
  [
    4408,
    "Timeout (like HTTP 408): the client did not send in time what the " +
    "server waits for. Usually the first message of its protocol; check " +
    "greeting",
  ],
  [
    4409,
    "Conflict (like HTTP 409): the name is in use. Usually a second " +
    "subscription or session with the same id, as in a copied tab; end the " +
    "other one or choose another id",
  ],
  [
    4429,
    "Too many requests (like HTTP 429): the client sends too much, or " +
    "connected twice. Send less; reconnecting with backoff is right",
  ],
  [
    4499,
    "Terminated: the server ended this connection on purpose. Check its log",
  ],
  [
    4500,
    "Internal server error (like HTTP 500): the server failed. Check its " +
    "log",
  ],
  [
    4503,
    "Service unavailable (like HTTP 503): the server is overloaded or down " +
    "for now. Reconnecting with backoff is right",
  ],
  [
    4504,
    "Timeout (like HTTP 504): an answer did not come in time. Usually the " +
    "first answer of the server's protocol; check the server's log",
  ],
]);

/** The text for a number that no range covers. */
export const NOT_A_CLOSE_CODE =
  "Not a close code: they go from 1000 to 4999 (RFC 6455, 7.4.2). The " +
  "peer has a fault";

/** All other codes, by where they lie: each range ends where the next begins. */
export const CLOSE_CODE_RANGES: readonly {
  readonly from: number;
  readonly meaning: string;
}[] = [
  {
    from: 0,
    meaning:
      "Not a close code: 0 to 999 are not used (RFC 6455, 7.4.2). Some " +
      "platforms report a connection that was lost without a close frame in " +
      "this way; treat it as 1006",
  },
  {
    from: 1000,
    meaning:
      "Unassigned: 1000 to 2999 are for the protocol itself, and this one has " +
      "no meaning yet. The peer is newer than this library, or has a fault",
  },
  {
    from: 3000,
    meaning:
      "A code of a library or framework: 3000 to 3999 are registered with " +
      "IANA. Look it up there and in the documentation of what the server " +
      "runs on",
  },
  {
    from: 4000,
    meaning:
      "A private code: the server's application gives 4000 to 4999 their " +
      "meaning. Look it up in its documentation; add it to fatalCloseCodes if " +
      "trying again does not help",
  },
  {
    from: 4400,
    meaning:
      "A private code that is usually meant like the HTTP status without the " +
      "leading 4: the server refuses what the client sent. Look it up in the " +
      "server's documentation; add it to fatalCloseCodes if trying again does " +
      "not help",
  },
  {
    from: 4500,
    meaning:
      "A private code that is usually meant like the HTTP status without the " +
      "leading 4: the server failed. Check its log; reconnecting with backoff " +
      "is right",
  },
  {
    from: 4600,
    meaning:
      "A private code: the server's application gives 4000 to 4999 their " +
      "meaning. Look it up in its documentation; add it to fatalCloseCodes if " +
      "trying again does not help",
  },
  { from: 5000, meaning: NOT_A_CLOSE_CODE },
];
