// The publisher.

import type { Args, Kwargs } from '../errors.ts';
import { Publish } from '../messages/publish-messages.ts';
import { checkArguments, checkUri } from './arguments.ts';
import { type PublishOptions, wirePublishOptions } from './options.ts';
import { encodePayload } from './payload-codec.ts';
import { Requests, type SessionPort } from './requests.ts';

/** A publication that the broker has taken. */
export interface Publication {
  readonly id: number;
  readonly topic: string;
}

/** The publications of one session. */
export class Publisher {
  readonly publishing: Requests<number> = new Requests('PUBLISH');
  readonly #session: SessionPort;

  constructor(session: SessionPort) {
    this.#session = session;
  }

  async publish(
    topic: string,
    args: Args | null,
    kwargs: Kwargs | null,
    options: PublishOptions,
  ): Promise<Publication | null> {
    checkUri('topic', topic);
    checkArguments(args, kwargs);
    const wire = wirePublishOptions(options);
    const payload = encodePayload(this.#session.codec, true, topic, args, kwargs);
    const request = this.#session.nextRequest();
    const message = new Publish(request, { ...wire, ...payload.encoding }, topic, payload.args, payload.kwargs);
    if (wire.acknowledge !== true) {
      this.#session.send(message);
      return null;
    }
    const id = await this.publishing.expect(request, () => this.#session.send(message));
    return { id, topic };
  }
}
