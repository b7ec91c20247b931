import type { LogLevel, Platform } from '@ws/types';

/** Logs that something went wrong. A logger that fails ends nothing. */
export function log({ logger }: Pick<Platform, 'logger'>, level: LogLevel, event: string, error: unknown): void {
  try {
    logger?.log(level, event, { error });
  } catch {}
}
