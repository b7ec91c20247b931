// The hooks of frames: are they overridden, and what do they need when some are and others are not?

/** The hooks themselves. */
export type FrameHookMethods = {
  readonly [Name in 'Begin' | 'FrameBegin' | 'FrameData' | 'FrameEnd' | 'Frame' | 'End' as `onMessage${Name}`]: unknown;
};

const NAMES: readonly (keyof FrameHookMethods)[] = [
  'onMessageBegin',
  'onMessageFrameBegin',
  'onMessageFrameData',
  'onMessageFrameEnd',
  'onMessageFrame',
  'onMessageEnd',
];

/** What was found out of classes, by their prototypes. */
const found: WeakMap<FrameHookMethods, boolean> = /* @__PURE__ */ new WeakMap();

/** Whether a protocol object has some of the hooks otherwise than `base`: by its class, or by fields of its own. */
export function overridesFrameHooks(protocol: FrameHookMethods, base: FrameHookMethods): boolean {
  const prototype = Object.getPrototypeOf(protocol) as FrameHookMethods;
  let isOverridden = found.get(prototype);
  if (isOverridden === undefined) {
    isOverridden = NAMES.some(name => prototype[name] !== base[name]);
    found.set(prototype, isOverridden);
  }
  return isOverridden || NAMES.some(name => Object.hasOwn(protocol, name));
}

/** The message that is being received, where some of the hooks are overridden and others not. */
export interface HeldFrames {
  isBinary: boolean;
  /** Chunks of the frame that is being received. */
  frame: Uint8Array[];
  /** The frames before it. */
  message: Uint8Array[];
}
