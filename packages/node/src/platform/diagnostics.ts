import { type Channel, channel } from 'node:diagnostics_channel';
import type { Diagnostics, DiagnosticsEvent } from '@ws/types';

/**
 * The channels of `node:diagnostics_channel`. Every message has the field `connection`, the object that the
 * application uses: a protocol object, or a WebSocketConnection of the pull API. Each channel adds fields:
 *
 * | channel | fields |
 * |---|---|
 * | `ws:open` | |
 * | `ws:close` | the fields of `CloseInfo`: `wasClean`, `code`, `reason`, `closedBy`, `stage`, … |
 * | `ws:message` | `payload`, `isBinary` |
 * | `ws:ping`, `ws:pong` | `payload` |
 * | `ws:error` | `error` |
 *
 * No message is created for a channel that has no subscriber.
 */
const CHANNELS: Readonly<Record<DiagnosticsEvent, Channel>> = {
  open: channel('ws:open'),
  close: channel('ws:close'),
  message: channel('ws:message'),
  ping: channel('ws:ping'),
  pong: channel('ws:pong'),
  error: channel('ws:error'),
};

const MESSAGE = CHANNELS.message;

/** Implements the port `Diagnostics` with `node:diagnostics_channel`. */
export const channelDiagnostics: Diagnostics = {
  // perf: asked for each message, when a look for a name that varies is the dearest part (apps/bench, echo-64).
  hasSubscribers: event => (event === 'message' ? MESSAGE : CHANNELS[event]).hasSubscribers,
  publish: (event, fields) => CHANNELS[event].publish(fields),
};
