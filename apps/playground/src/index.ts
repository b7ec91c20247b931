export { FEED_PATH, FEED_PROTOCOL } from './feed.ts';
export { FrameScanner, type SeenFrame } from './frame-scanner.ts';
export { Monitor, type MonitorListener, type Rate } from './monitor.ts';
export { type Playground, type PlaygroundOptions, servePlayground } from './playground.ts';
export { type Tap, TappedStream } from './tapped-stream.ts';
export type { Ending, WatchedConnection, WireFrame } from './watched-connection.ts';
