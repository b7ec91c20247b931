// Tells whether a protocol class overrides the frame hooks, and holds what the hooks that are not overridden need.

/** The frame hooks of a protocol object. */
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

/** By a class's prototype: whether the class overrides frame hooks. */
const found: WeakMap<FrameHookMethods, boolean> = /* @__PURE__ */ new WeakMap();

/** Whether a protocol object has any frame hook other than those of `base`, in its class or as a field of its own. */
export function overridesFrameHooks(protocol: FrameHookMethods, base: FrameHookMethods): boolean {
  const prototype = Object.getPrototypeOf(protocol) as FrameHookMethods;
  let isOverridden = found.get(prototype);
  if (isOverridden === undefined) {
    isOverridden = NAMES.some(name => prototype[name] !== base[name]);
    found.set(prototype, isOverridden);
  }
  return isOverridden || NAMES.some(name => Object.hasOwn(protocol, name));
}

/** The message that is being received, kept for hooks that are not overridden while others are. */
export interface HeldFrames {
  isBinary: boolean;
  /** Chunks of the frame that is being received. */
  frame: Uint8Array[];
  /** Chunks of the message's frames before this one. */
  message: Uint8Array[];
}
