// The bytes that are inflated after the payload of a message.

/** The end of a sync flush. The sender cuts it off, the receiver puts it back (RFC 7692, 7.2.1 and 7.2.2). */
export const SYNC_TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/**
 * {@link SYNC_TAIL} and one more byte. An inflater that stops at the end of a block (zlib's `Z_BLOCK`) leaves that byte
 * unread when the message was complete. When the message was cut off, all five bytes become part of a block. zlib itself
 * does not report the difference.
 */
export const END_PROBE: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff, 0);

/**
 * The most output that {@link END_PROBE} can cause, rounded up: one code that the payload left unfinished, and a match of 258
 * bytes for every 2 of its 40 bits.
 */
export const PROBE_ROOM = 8192;

/**
 * The most blocks with BFINAL in one message. RFC 7692, 7.2.3.4 allows such a block; each makes the inflater start anew, so
 * thousands of them would be an attack.
 */
export const MAX_FINAL_BLOCKS = 64;
