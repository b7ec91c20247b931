import type { DiagnosticsEvent, Platform } from '@ws/types';

/** Reports an event of a connection to tracing, if tracing has subscribers for it. */
export function publish(
  { diagnostics }: Pick<Platform, 'diagnostics'>,
  connection: object,
  event: DiagnosticsEvent,
  fields: Readonly<Record<string, unknown>>,
): void {
  if (diagnostics?.hasSubscribers(event)) diagnostics.publish(event, { connection, ...fields });
}
