/** What a connection has sent and received. All figures are counts; octets are bytes. */
export class TrafficStats {
  /** All bytes written while open, control frames included. */
  outgoingOctetsWireLevel = 0;
  /** Payload bytes of data frames as sent: after compression. */
  outgoingOctetsWebSocketLevel = 0;
  /** Payload bytes of messages as the application gave them. */
  outgoingOctetsAppLevel = 0;
  /** Data frames sent. */
  outgoingWebSocketFrames = 0;
  outgoingWebSocketMessages = 0;
  incomingOctetsWireLevel = 0;
  incomingOctetsWebSocketLevel = 0;
  incomingOctetsAppLevel = 0;
  incomingWebSocketFrames = 0;
  incomingWebSocketMessages = 0;
  /** Bytes of the opening handshake. */
  preopenOutgoingOctetsWireLevel = 0;
  preopenIncomingOctetsWireLevel = 0;

  /** Sets all counters to 0. */
  reset(): void {
    Object.assign(this, new TrafficStats());
  }

  /** @internal Counts a message that is sent. */
  countMessage(length: number): void {
    this.outgoingWebSocketMessages++;
    this.outgoingOctetsAppLevel += length;
  }

  /** @internal Counts a frame of a message that is sent. */
  countFrame(payloadLength: number, wireLength: number): void {
    this.outgoingWebSocketFrames++;
    this.outgoingOctetsWebSocketLevel += payloadLength;
    this.outgoingOctetsWireLevel += wireLength;
  }

  /** The counters, with `*CompressionRatio` and `*WebSocketOverhead` derived from them (`null`: division by 0). */
  toJSON(): Readonly<Record<string, number | null>> {
    const { outgoingOctetsWireLevel: sentWire, outgoingOctetsWebSocketLevel: sent } = this;
    const { incomingOctetsWireLevel: receivedWire, incomingOctetsWebSocketLevel: received } = this;
    return {
      ...(this as unknown as Record<string, number>),
      outgoingCompressionRatio: ratio(sent, this.outgoingOctetsAppLevel),
      outgoingWebSocketOverhead: ratio(sentWire - sent, sent),
      incomingCompressionRatio: ratio(received, this.incomingOctetsAppLevel),
      incomingWebSocketOverhead: ratio(receivedWire - received, received),
    };
  }

  toString(): string {
    return JSON.stringify(this);
  }
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
