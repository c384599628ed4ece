/**
 * What close codes mean, what usually causes them, and what to do.
 *
 * @module
 */

/** The registered codes (IANA), our own, and those that have a custom. */
export const CLOSE_CODES: ReadonlyMap<number, string> = new Map([
  [
    1000,
    "Normal closure: whoever closed was done with the connection. Add 1000 " +
    "to fatalCloseCodes if the server means by it that nobody should come " +
    "back",
  ],
  [
    1001,
    "Going away: the server is shutting down, or the page was left. Usually " +
    "a deployment; there is nothing to do but to reconnect",
  ],
  [
    1002,
    "Protocol error: one side sent frames that break RFC 6455. Usually a " +
    "proxy that alters the traffic, or a fault of the server's library; try " +
    "without the proxy",
  ],
  [
    1003,
    "Unsupported data: the receiver takes no messages of this type. Usually " +
    "binary was sent where only text is understood, or the other way round; " +
    "check what is sent",
  ],
  [
    1004,
    "Reserved: the code has no meaning and must not be used. The peer is at " +
    "fault; report it there",
  ],
  [
    1005,
    "The close frame carried no code: the peer closed without saying why. " +
    "Usually on purpose; let the server send a code and a reason if they " +
    "matter",
  ],
  [
    1006,
    "No close frame was received: the network was lost, the server died, or " +
    "a proxy cut an idle link. A proxy's limit of 30 or 60 s is usual: set " +
    "heartbeat.interval below it; otherwise look into the server's log",
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
    "Message too big: a message was larger than the receiver takes. Send " +
    "smaller messages, or raise the limit: maxMessageSize on this side, the " +
    "server's own on the other",
  ],
  [
    1010,
    "Mandatory extension: the client needs an extension that the server did " +
    "not agree to. Switch the extension on in the server, or do not ask for " +
    "it",
  ],
  [
    1011,
    "Internal error: the server failed, or one side had no answer to its " +
    "keepalive pings in time. Look for an exception in the server's log; " +
    "for a keepalive timeout, look for a blocked thread or a slow link and " +
    "raise the ping timeout of that side",
  ],
  [
    1012,
    "Service restart: the server restarts and will be back. There is " +
    "nothing to do but to reconnect",
  ],
  [
    1013,
    "Try again later: the server is overloaded or turns clients away for " +
    "now. Reconnecting with backoff is the answer; if it lasts, the server " +
    "needs more capacity",
  ],
  [
    1014,
    "Bad gateway: a proxy had no valid answer from the server behind it. " +
    "Usually that server is down or restarting; look into the proxy's log",
  ],
  [
    1015,
    "The TLS handshake failed: the server could not be verified, or the two " +
    "share no protocol version. Check that the certificate is valid for the " +
    "host name and trusted",
  ],
  [
    3000,
    "Unauthorized: the server does not know who is speaking. Usually the " +
    "token is missing, wrong or expired; get a new one",
  ],
  [
    3003,
    "Forbidden: the server knows who is speaking and does not allow it. " +
    "Check the rights of this user; to try again does not help",
  ],
  [
    3008,
    "Timeout: the client did not do in time what the server waits for. " +
    "Usually a first message or an answer to an application's ping; check " +
    "greeting and heartbeat.message",
  ],
  [
    4002,
    "Protocol error, as told by a client of this library that cannot send " +
    "1002: the server sent frames that break RFC 6455. Check the server's " +
    "library and the proxies on the way",
  ],
  [
    4009,
    "Message too big, as told by a client of this library that cannot send " +
    "1009: the server sent more than maxMessageSize. Raise it, or send " +
    "smaller messages",
  ],
  [
    4011,
    "Heartbeat timeout, as told by a client of this library that cannot " +
    "send 1011: the server did not answer in time. Look for a blocked " +
    "server or a slow link, or raise heartbeat.timeout",
  ],
  [
    4400,
    "Bad request, by its likeness to HTTP 400: the server did not " +
    "understand a message. Compare what is sent with the server's protocol",
  ],
  [
    4401,
    "Unauthorized, by its likeness to HTTP 401: the token is missing, wrong " +
    "or expired. Get a new one",
  ],
  [
    4402,
    "Payment required, by its likeness to HTTP 402: the account's plan or " +
    "quota does not cover this. Check it with the service",
  ],
  [
    4403,
    "Forbidden, by its likeness to HTTP 403: the server does not allow it " +
    "to this user. Check the user's rights; to try again does not help",
  ],
  [
    4404,
    "Not found, by its likeness to HTTP 404: there is nothing under this " +
    "URL or name. Check the path and what is subscribed to",
  ],
  [
    4405,
    "Not allowed, by its likeness to HTTP 405: the server does not offer " +
    "this operation here. Compare what is sent with the server's protocol",
  ],
  [
    4406,
    "Not acceptable, by its likeness to HTTP 406: the two share no " +
    "subprotocol. Check the protocols that are asked for",
  ],
  [
    4407,
    "Proxy authentication required, by its likeness to HTTP 407: a gateway " +
    "wants credentials. Check what it expects",
  ],
  [
    4408,
    "Timeout, by its likeness to HTTP 408: the client did not send in time " +
    "what the server waits for. Usually the first message of its protocol; " +
    "check greeting",
  ],
  [
    4409,
    "Conflict, by its likeness to HTTP 409: the name is in use. Usually a " +
    "second subscription or session with the same id; end the other one or " +
    "choose another id",
  ],
  [
    4429,
    "Too many requests, by its likeness to HTTP 429: the client is too " +
    "fast, or began twice. Send less; reconnecting with backoff is right",
  ],
  [
    4499,
    "Terminated: the server ended this connection on purpose. Look into its " +
    "log",
  ],
  [
    4500,
    "Internal server error, by its likeness to HTTP 500: the server failed. " +
    "Look into its log",
  ],
  [
    4503,
    "Service unavailable, by its likeness to HTTP 503: the server is " +
    "overloaded or down for now. Reconnecting with backoff is right",
  ],
  [
    4504,
    "Timeout, by its likeness to HTTP 504: an answer did not come in time. " +
    "Usually the first answer of the server's protocol; look into the " +
    "server's log",
  ],
]);

/** What is said of a number that no range covers. */
export const NOT_A_CLOSE_CODE =
  "Not a close code: they go from 1000 to 4999 (RFC 6455, 7.4.2). The peer is " +
  "at fault";

/** All other codes, by where they lie: each range ends where the next begins. */
export const CLOSE_CODE_RANGES: readonly {
  readonly from: number;
  readonly meaning: string;
}[] = [
  {
    from: 0,
    meaning:
      "Not a close code: 0 to 999 are not used (RFC 6455, 7.4.2). Some " +
      "platforms tell a connection that was lost without a close frame so; " +
      "take it as 1006",
  },
  {
    from: 1000,
    meaning:
      "Unassigned: 1000 to 2999 are for the protocol itself, and this one " +
      "has no meaning yet. The peer is newer than this library, or at fault",
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
      "meaning. Look it up in its documentation; add it to fatalCloseCodes " +
      "if to try again does not help",
  },
  {
    from: 4400,
    meaning:
      "A private code that is usually meant like the HTTP status without " +
      "the leading 4: the server refuses what the client sent. Look it up " +
      "in the server's documentation; add it to fatalCloseCodes if to try " +
      "again does not help",
  },
  {
    from: 4500,
    meaning:
      "A private code that is usually meant like the HTTP status without " +
      "the leading 4: the server failed. Look into its log; reconnecting " +
      "with backoff is right",
  },
  {
    from: 4600,
    meaning:
      "A private code: the server's application gives 4000 to 4999 their " +
      "meaning. Look it up in its documentation; add it to fatalCloseCodes " +
      "if to try again does not help",
  },
  { from: 5000, meaning: NOT_A_CLOSE_CODE },
];
