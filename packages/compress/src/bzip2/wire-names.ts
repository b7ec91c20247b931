// Spelled as in the reference implementation, since no standard defines this extension.

export const EXTENSION_NAME = 'permessage-bzip2';
export const CLIENT_LEVEL = 'client_max_compress_level';
export const SERVER_LEVEL = 'server_max_compress_level';
