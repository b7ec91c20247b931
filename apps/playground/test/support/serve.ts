import { createServer } from 'node:http';
import { acceptDeflate } from '@ws/compress/deflate';
import { transportOf, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import { type Playground, servePlayground } from '../../src/index.ts';

/** Sends messages back; what begins with `close ` closes, with a code and a reason. */
export class Echo extends WebSocketServerProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    const text = Buffer.from(payload).toString();
    const [, code, reason] = /^close (\d+) ?(.*)$/.exec(text) ?? [];
    if (code === undefined) this.sendMessage(payload, isBinary);
    else transportOf(this).close(Number(code), reason ?? null);
  }
}

/** A playground on a free port. */
export async function servePlayEcho(): Promise<
  Playground & { readonly url: string; readonly factory: WebSocketServerFactory }
> {
  const factory = new WebSocketServerFactory({ protocols: ['chat'] });
  factory.protocol = Echo;
  factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate() });
  const playground = await servePlayground(createServer(), factory, { hasClock: false });
  return { ...playground, factory, url: `ws://127.0.0.1:${playground.port}` };
}
