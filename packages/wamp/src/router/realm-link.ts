// The same realm at other routers. They speak WAMP with each other: REGISTER and UNREGISTER announce procedures,
// INVOCATION, YIELD, ERROR and INTERRUPT carry calls, PUBLISH publications; HELLO, WELCOME and GOODBYE say who is there.

import type { Logger } from '@ws/types';
import { CloseUri } from '../error-uris.ts';
import { type IMessage, MessageType } from '../messages/message.ts';
import { Publish } from '../messages/publish-messages.ts';
import { Register, Unregister } from '../messages/register-messages.ts';
import { Goodbye, Hello, Welcome } from '../messages/session-messages.ts';
import { JsonSerializer } from '../serializers/json.ts';
import type { Publication } from './broker.ts';
import type { BusConnection, RouterBus } from './bus.ts';
import { encodingOf } from './member.ts';
import type { Registration } from './registration.ts';
import { type LinkedRealm, RemoteNode } from './remote-node.ts';

/** A realm's place among the routers that have it too. */
export class RealmLink {
  readonly #realm: LinkedRealm;
  readonly #logger: Logger | undefined;
  readonly #serializer: JsonSerializer = new JsonSerializer();
  readonly #nodes: Map<string, RemoteNode> = new Map();
  #connection: BusConnection | null = null;
  #isClosed = false;

  constructor(realm: LinkedRealm, bus: RouterBus, node: string, logger: Logger | undefined) {
    this.#realm = realm;
    this.#logger = logger;
    this.#join(bus, node).catch(error => logger?.log('error', 'wamp-bus-failed', { realm: realm.name, error }));
  }

  /** Sessions here offer a procedure. */
  announce(registration: Registration): void {
    if (this.#nodes.size > 0) this.#broadcast(announcement(registration));
  }

  /** They do no more. */
  withdraw({ id }: Registration): void {
    if (this.#nodes.size > 0) this.#broadcast(new Unregister(0, id));
  }

  publish({ id, topic, options, payload, publisher, isDisclosed }: Publication): void {
    if (this.#nodes.size === 0) return;
    const { session = 0, authid = null, authrole = '' } = publisher ?? {};
    const forwardFor = [{ session, authid, authrole: authrole ?? '' }];
    const passed = { ...options, ...encodingOf(options), disclose_me: isDisclosed, forward_for: forwardFor };
    this.#broadcast(new Publish(id, passed, topic, payload.args, payload.kwargs));
  }

  close(): void {
    this.#isClosed = true;
    this.#broadcast(new Goodbye({}, CloseUri.systemShutdown));
    this.#connection?.close();
    this.#connection = null;
    for (const name of [...this.#nodes.keys()]) this.#drop(name);
  }

  async #join(bus: RouterBus, node: string): Promise<void> {
    const connection = await bus.join(this.#realm.name, node, {
      onMessage: (from, payload) => this.#onMessage(from, payload),
      onNodeLost: name => this.#drop(name),
    });
    if (this.#isClosed) {
      connection.close();
      return;
    }
    this.#connection = connection;
    this.#broadcast(new Hello(this.#realm.name, { roles: { caller: {}, callee: {}, publisher: {}, subscriber: {} } }));
  }

  #onMessage(from: string, payload: Uint8Array): void {
    try {
      for (const message of this.#serializer.unserialize(payload)) {
        if (message.messageType === MessageType.HELLO) this.#greet(from, true);
        else if (message.messageType === MessageType.WELCOME) this.#greet(from, false);
        else if (message.messageType === MessageType.GOODBYE) this.#drop(from);
        else this.#nodes.get(from)?.onMessage(message);
      }
    } catch (error) {
      // Another router's mistake is no reason to stop.
      this.#logger?.log('error', 'wamp-bus-message', { realm: this.#realm.name, node: from, error });
    }
  }

  /** A node has come, or has answered that it was there before us: it learns what there is here. */
  #greet(from: string, isAnswered: boolean): void {
    this.#drop(from);
    const node = new RemoteNode(this.#realm, message => this.#send(from, message));
    this.#nodes.set(from, node);
    if (isAnswered) this.#send(from, new Welcome(0, { roles: { broker: {}, dealer: {} } }));
    for (const registration of this.#realm.registrations.all.values()) {
      if (registration.hasLocal) this.#attempt(() => this.#send(from, announcement(registration)));
    }
  }

  #drop(name: string): void {
    this.#nodes.get(name)?.remove();
    this.#nodes.delete(name);
  }

  #send(node: string, message: IMessage): void {
    this.#connection?.send(node, this.#serializer.serialize(message));
  }

  #broadcast(message: IMessage): void {
    this.#attempt(() => this.#connection?.broadcast(this.#serializer.serialize(message)));
  }

  /** What cannot be written for other routers they do without: whose it is has done nothing wrong. */
  #attempt(send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#logger?.log('error', 'wamp-bus-not-sent', { realm: this.#realm.name, error });
    }
  }
}

function announcement({ id, procedure, match, invoke }: Registration): Register {
  return new Register(id, { match, invoke }, procedure);
}
