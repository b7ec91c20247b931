// One line for each connection that comes or goes.

import type { CloseInfo } from '@ws/core';
import type { WebSocketServerProtocol } from '@ws/node';
import { formatClose } from '../connect/format.ts';
import type { Io } from '../io.ts';
import { escapeControls } from '../terminal/escape.ts';
import { createPaint } from '../terminal/paint.ts';
import type { ServiceClass } from './service.ts';

/** Where a server tells what happens. */
export interface Log {
  opened(connection: WebSocketServerProtocol): void;
  closed(connection: WebSocketServerProtocol, info: CloseInfo): void;
  line(text: string): void;
}

/** Tells it in lines on the standard output. */
export function lineLog({ stdout, env }: Io): Log {
  const paint = createPaint(stdout, env);
  const line = (text: string): void => void stdout.write(`${paint.dim(new Date().toISOString())} ${text}\n`);
  return {
    line: text => line(escapeControls(text)),
    opened: connection => line(`${paint.green('+')} ${connection.peer} ${escapeControls(connection.resource)}`),
    closed(connection, info) {
      const path = escapeControls(connection.resource);
      const { stage, error, reason } = info;
      if (stage !== 'connecting') line(`${paint.red('-')} ${connection.peer} ${path} ${formatClose(info)}`);
      else
        line(
          `${paint.yellow('!')} ${connection.peer} ${path} no handshake: ${escapeControls(messageOf(error) ?? reason ?? '')}`,
        );
    },
  };
}

/** A service whose connections are told of in a log. */
export function loggedService(Service: ServiceClass, log: Log): ServiceClass {
  return class Logged extends (Service as new () => WebSocketServerProtocol) {
    constructor() {
      super();
      void this.closed.then(info => log.closed(this, info));
      this.opened.then(
        () => log.opened(this),
        () => {},
      );
    }
  };
}

function messageOf(error: unknown): string | null {
  return error instanceof Error ? error.message : null;
}
