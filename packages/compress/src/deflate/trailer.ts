// What stands after the payload of a message when it is inflated.

/** What a sync flush ends with: cut off by the sender, put back by the receiver (RFC 7692, 7.2.1 and 7.2.2). */
export const SYNC_TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/**
 * The tail and one byte more. An inflater that stops at the end of a block (zlib's `Z_BLOCK`) leaves that byte unread
 * where the message was complete; where it was cut off, all of this becomes part of a block. zlib alone does not tell.
 */
export const END_PROBE: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff, 0);

/**
 * The most bytes that {@link END_PROBE} can complete: one code that the payload has left unfinished, and matches of 258
 * bytes for every 2 bits of 40; rounded up.
 */
export const PROBE_ROOM = 8192;

/**
 * How many blocks with BFINAL one message may have (RFC 7692, 7.2.3.4 allows one; each costs setting up the inflater
 * anew, so thousands would be an attack).
 */
export const MAX_FINAL_BLOCKS = 64;
