// The hooks of frames: are they overridden, and what do they need when they are not?

/** All of them, without the `onMessage` before. */
const NAMES = ['Begin', 'FrameBegin', 'FrameData', 'FrameEnd', 'Frame', 'End'] as const;

/** The hooks themselves. */
export type FrameHookMethods = { readonly [Name in `onMessage${(typeof NAMES)[number]}`]: unknown };

/** Whether some of the hooks are other ones than those of `base`. */
export function overridesFrameHooks(protocol: FrameHookMethods, base: FrameHookMethods): boolean {
  return NAMES.some(name => protocol[`onMessage${name}`] !== base[`onMessage${name}`]);
}

/** The message that is being received, where some of the hooks are overridden and others not. */
export interface HeldFrames {
  isBinary: boolean;
  /** Chunks of the frame that is being received. */
  frame: Uint8Array[];
  /** The frames before it. */
  message: Uint8Array[];
}
