import { type ByteStream, TransportDetails } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { createMemoryAgent, type MemoryAgentOptions, type OpenableProtocol } from '../src/index.ts';

/** A small protocol: who connects says a word, the server repeats it, and both are open. */
class Talk implements OpenableProtocol {
  readonly opened: Promise<void>;
  readonly heard: string[] = [];
  details: TransportDetails | null = null;
  stream: ByteStream | null = null;
  isPaused = false;
  readonly #firstWord: string | null;
  #onOpened = (): void => {};
  #onFailed = (_error: Error): void => {};

  constructor(firstWord: string | null = null) {
    this.#firstWord = firstWord;
    this.opened = new Promise((resolve, reject) => {
      this.#onOpened = resolve;
      this.#onFailed = reject;
    });
    this.opened.catch(() => {});
  }

  attach(stream: ByteStream, details: TransportDetails | null): void {
    this.details = details;
    this.stream = stream;
    stream.attach({
      onData: bytes => this.#hear(String.fromCharCode(...bytes)),
      onDrain() {},
      onEnd() {},
      onClose: error => this.#onFailed(error ?? new Error('closed')),
    });
    if (this.#firstWord !== null) this.say(this.#firstWord);
  }

  say(word: string): void {
    this.stream?.write(Uint8Array.from(word, character => character.charCodeAt(0)));
  }

  pauseReceiving(): void {
    this.isPaused = true;
  }

  resumeReceiving(): void {
    this.isPaused = false;
  }

  #hear(word: string): void {
    this.heard.push(word);
    if (word === 'refuse me') this.stream?.destroy();
    else if (this.#firstWord === null) this.say(`${word} back`);
    this.#onOpened();
  }
}

/** What stands for WebSocketClientFactory. */
class TalkFactory {
  protocol: new () => OpenableProtocol = Talk;
  options: object | null = null;
  readonly session: { readonly url: string };
  constructor(session: { readonly url: string }) {
    this.session = session;
    TalkFactory.last = this;
  }
  static last: TalkFactory | null = null;
  setProtocolOptions(options: object): void {
    this.options = options;
  }
  buildProtocol(): OpenableProtocol {
    return this.protocol === Talk ? new Talk(this.session.url) : new this.protocol();
  }
}

const server = { buildProtocol: () => new Talk() };
const saying = (word: string) => ({ buildProtocol: () => new Talk(word) });

describe('createMemoryAgent', () => {
  test('joins a client of the factory given to a new server protocol', async () => {
    const agent = createMemoryAgent(server);
    const one = await agent.open(saying('one'));
    const two = await agent.open(saying('two'));
    expect([one.heard, two.heard]).toEqual([['one back'], ['two back']]);
    expect(agent.connections.map(connection => connection.server.heard)).toEqual([['one'], ['two']]);
    expect(agent.connections[1]?.client).toBe(two);
    expect(agent.connections[1]?.pair.a).toBe(two.stream);
  });

  test('tells both about the transport', async () => {
    const agent = createMemoryAgent(server);
    const { details } = await agent.open(saying('hello'));
    expect(details).toBeInstanceOf(TransportDetails);
    expect(details).toMatchObject({
      channelType: 'memory',
      own: 'memory:client-1',
      peer: 'memory:server-1',
      isServer: false,
    });
    expect(agent.connections[0]?.server.details).toMatchObject({ own: 'memory:server-1', isServer: true });
  });

  test('holds messages back until the code that waits has run', async () => {
    const agent = createMemoryAgent(server);
    const nested = async () => await (async () => await agent.open(saying('hello')))();
    const client = await nested();
    expect(client.isPaused).toBe(true);
    await new Promise(resolve => setImmediate(resolve));
    expect(client.isPaused).toBe(false);
  });

  test('rejects when the connection does not open', async () => {
    await expect(createMemoryAgent(server).open(saying('refuse me'))).rejects.toThrow('the peer closed the stream');
  });

  test('opens by url with the class of client factories', async () => {
    const agent = createMemoryAgent(server, { clientFactory: TalkFactory, chunkSize: 1000 });
    const client = await agent.open('ws://somewhere/any', {
      protocols: ['talk'],
      protocolOptions: { failByDrop: true },
    });
    expect((client as Talk).heard).toEqual(['ws://somewhere/any back']);
    expect(TalkFactory.last?.session).toEqual({ url: 'ws://somewhere/any', protocols: ['talk'] });
    expect(TalkFactory.last?.options).toEqual({ failByDrop: true });
    expect(((await agent.open()) as Talk).heard).toEqual(['ws://localhost back']);
    class Other extends Talk {
      constructor() {
        super('other');
      }
    }
    expect((await agent.open('ws://x', {}, Other)).heard).toEqual(['other back']);
  });

  test('refuses a url without one', async () => {
    const options: MemoryAgentOptions = {};
    await expect(createMemoryAgent(server, options).open('ws://x')).rejects.toThrow(TypeError);
  });
});
