// Producers, as the reference has them: what makes data is paused while the transport is behind.

import type { Clock } from '@ws/types';

/** Makes data, and sends it by the protocol's own methods. */
export interface Producer {
  /** Makes data. A pull producer makes one portion for each call. */
  resumeProducing(): void;
  /** Stop making data until resumed. Not called of a pull producer. */
  pauseProducing?(): void;
  /** Nothing can be sent any more: the connection closes, or is gone. Called once. */
  stopProducing(): void;
}

/** What a {@link ProducerDriver} needs. */
export interface ProducerPorts {
  readonly clock: Clock;
  /** Told of what a producer throws. */
  readonly onError: (error: unknown) => void;
}

/** Tells a {@link Producer} when to make data. */
export class ProducerDriver {
  readonly #producer: Producer;
  readonly #isStreaming: boolean;
  readonly #ports: ProducerPorts;
  #isStopped = false;
  #isPaused = false;
  #isScheduled = false;

  /** @param isStreaming `true`: it makes data by itself, and is paused and resumed; `false`: it is asked each time */
  constructor(producer: Producer, isStreaming: boolean, ports: ProducerPorts) {
    this.#producer = producer;
    this.#isStreaming = isStreaming;
    this.#ports = ports;
  }

  /** Begins. @param isBlocked the transport is behind already */
  start(isBlocked: boolean): void {
    if (isBlocked) this.onBlocked();
    else if (!this.#isStreaming) this.#pull();
  }

  /** The transport is behind. */
  onBlocked(): void {
    if (!this.#isStreaming || this.#isPaused) return;
    this.#isPaused = true;
    this.#call(() => this.#producer.pauseProducing?.());
  }

  /** The transport took everything. */
  onFlushed(): void {
    if (!this.#isStreaming) this.#pull();
    else if (this.#isPaused) {
      this.#isPaused = false;
      this.#call(() => this.#producer.resumeProducing());
    }
  }

  /** The connection closes. The producer is told after the present turn, which is busy with that. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#ports.clock.defer(() => this.#try(() => this.#producer.stopProducing()));
  }

  /** Unregistered: it is told nothing more. */
  release(): void {
    this.#isStopped = true;
  }

  /** Asks for more, after the present turn, since what it sends may be flushed at once. */
  #pull(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.clock.defer(() => {
      this.#isScheduled = false;
      this.#call(() => this.#producer.resumeProducing());
    });
  }

  #call(task: () => void): void {
    if (!this.#isStopped) this.#try(task);
  }

  #try(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#ports.onError(error);
    }
  }
}
