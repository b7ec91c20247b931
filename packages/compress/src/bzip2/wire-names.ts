// The spelling of the reference; the extension is not a standard.

export const EXTENSION_NAME = 'permessage-bzip2';
export const CLIENT_LEVEL = 'client_max_compress_level';
export const SERVER_LEVEL = 'server_max_compress_level';
