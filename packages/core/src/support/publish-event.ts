import type { DiagnosticsEvent, Platform } from '@ws/types';

/** Tells tracing of an event of a connection, when somebody listens. */
export function publish(
  connection: { readonly platform: Pick<Platform, 'diagnostics'> },
  event: DiagnosticsEvent,
  fields: Readonly<Record<string, unknown>>,
): void {
  const { diagnostics } = connection.platform;
  if (diagnostics?.hasSubscribers(event)) diagnostics.publish(event, { connection, ...fields });
}
