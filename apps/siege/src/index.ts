export { Arena, type ArenaOptions, Echo, type Verdict } from './hostile/arena.ts';
export { connectRaw, RawPeer, type RawServer, serveRaw } from './hostile/raw-peer.ts';
export * from './hostile/wire.ts';
