export type { DirectionFaults, FaultyProxy, FaultyProxyOptions } from './faulty-proxy.ts';
export { faultyProxy } from './faulty-proxy.ts';
