import type { IMessage, ITransport } from '../../src/index.ts';

/** One end of a connection, without the other: a test says what comes, and looks at what was sent. */
export class Line implements ITransport {
  readonly transportDetails = null;
  readonly serializerId = 'json';
  readonly bufferedAmount: number = 0;
  /** What has been sent since it was last taken. */
  sent: IMessage[] = [];
  /** What the session has asked of the transport beside, in order. */
  readonly asked: string[] = [];
  /** What it was failed with. */
  readonly failures: unknown[] = [];

  send(message: IMessage): void {
    this.sent.push(message);
  }
  isOpen(): boolean {
    return this.failures.length === 0;
  }
  close(): void {
    this.asked.push('close');
  }
  abort(): void {
    this.asked.push('abort');
  }
  fail(error: unknown): void {
    this.failures.push(error);
  }
  pauseReceiving(): void {
    this.asked.push('pause');
  }
  resumeReceiving(): void {
    this.asked.push('resume');
  }

  /** What was sent since the last call: codes of messages. */
  takeCodes(): number[] {
    return this.take().map(({ messageType }) => messageType);
  }

  take(): IMessage[] {
    const { sent } = this;
    this.sent = [];
    return sent;
  }
}
