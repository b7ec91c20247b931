// Names of the extension and its parameters, spelled as in RFC 7692, 7 and 7.1.

export const EXTENSION_NAME = 'permessage-deflate';
export const CLIENT_NO_TAKEOVER = 'client_no_context_takeover';
export const SERVER_NO_TAKEOVER = 'server_no_context_takeover';
export const CLIENT_BITS = 'client_max_window_bits';
export const SERVER_BITS = 'server_max_window_bits';
