// The hooks of frames: are they overridden, and what do they need when they are not?

/** The hooks themselves. */
export type FrameHookMethods = {
  readonly [Name in 'Begin' | 'FrameBegin' | 'FrameData' | 'FrameEnd' | 'Frame' | 'End' as `onMessage${Name}`]: unknown;
};

/** Whether some of the hooks are other ones than those of `base`. */
export function overridesFrameHooks(protocol: FrameHookMethods, base: FrameHookMethods): boolean {
  // perf: by their names, not in a loop over them (the server bench, `handshake`).
  return (
    protocol.onMessageBegin !== base.onMessageBegin ||
    protocol.onMessageFrameBegin !== base.onMessageFrameBegin ||
    protocol.onMessageFrameData !== base.onMessageFrameData ||
    protocol.onMessageFrameEnd !== base.onMessageFrameEnd ||
    protocol.onMessageFrame !== base.onMessageFrame ||
    protocol.onMessageEnd !== base.onMessageEnd
  );
}

/** The message that is being received, where some of the hooks are overridden and others not. */
export interface HeldFrames {
  isBinary: boolean;
  /** Chunks of the frame that is being received. */
  frame: Uint8Array[];
  /** The frames before it. */
  message: Uint8Array[];
}
