export const receiveBuffer: Uint8Array = new Uint8Array(65536);
