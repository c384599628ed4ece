/**
 * What a peer did wrong, as plain data that can cross a thread boundary.
 *
 * @module
 */

/** A violation of RFC 6455 or RFC 7692 by the peer, or a message over the limit. */
export interface ProtocolFault {
  /**
   * The close code to send: 1002 for a breach of the protocol, 1007 for text
   * that is not UTF-8 or data that does not inflate, 1009 for a message that is
   * too big (RFC 6455, 7.4.1).
   */
  readonly closeCode: 1002 | 1007 | 1009;
  /** What is wrong, with the values and the section of the RFC. */
  readonly detail: string;
  /**
   * Where, in bytes from the first byte after the opening handshake: the start
   * of a header, or the byte of the payload that is wrong.
   */
  readonly offset: number;
  /** With 1009, what the headers announced of the message so far, in bytes. */
  readonly size?: number;
}
