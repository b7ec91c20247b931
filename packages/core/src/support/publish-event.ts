import type { DiagnosticsEvent, Platform } from '@ws/types';

/** Tells tracing of an event of a connection, when somebody listens. */
export function publish(
  { diagnostics }: Pick<Platform, 'diagnostics'>,
  connection: object,
  event: DiagnosticsEvent,
  fields: Readonly<Record<string, unknown>>,
): void {
  if (diagnostics?.hasSubscribers(event)) diagnostics.publish(event, { connection, ...fields });
}
