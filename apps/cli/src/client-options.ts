// The options that every command with a client has, and the client they make.

import { readFileSync } from 'node:fs';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { offerDeflate } from '@ws/compress/deflate';
import type { ProxyParameters } from '@ws/core';
import { type ConnectOptions, WebSocketClientFactory } from '@ws/node';
import type { HeaderInit } from '@ws/types';
import type { Command } from 'commander';
import { UsageError } from './exit-status.ts';
import type { Io } from './io.ts';
import { anotherOne, byteSize, headerLine, milliseconds, webSocketUrl } from './values.ts';
import { VERSION } from './version.ts';

/** What {@link addClientOptions} makes commander read. */
export interface ClientValues {
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly subprotocol: readonly string[];
  readonly origin?: string;
  readonly auth?: string;
  readonly proxy?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly insecure?: true;
  readonly compression: boolean;
  readonly timeout: number;
  readonly maxSize: number;
}

/** A client that is ready to connect. */
export interface Client {
  readonly factory: WebSocketClientFactory;
  readonly options: ConnectOptions;
}

/** Adds the options of clients to a command. */
export function addClientOptions(command: Command): Command {
  return command
    .option('-H, --header <line>', 'send a header, such as "X-Token: abc"; may be repeated', headerLine, [])
    .option('-s, --subprotocol <name>', 'offer a subprotocol; may be repeated', anotherOne, [])
    .option('-o, --origin <origin>', 'send an Origin header')
    .option('--auth <user:password>', 'Basic authentication; without ":password" it is taken from WSC_PASSWORD')
    .option('--proxy <url>', 'go through an HTTP proxy: http://user:password@host:port')
    .option('--ca <file>', 'trust the certificates in this PEM file')
    .option('--cert <file>', 'show this certificate to the server (PEM)')
    .option('--key <file>', 'its private key; its passphrase is taken from WSC_PASSPHRASE')
    .option('--servername <name>', 'the name that the certificate must be for')
    .option('-k, --insecure', 'accept any certificate')
    .option('--no-compression', 'do not offer permessage-deflate')
    .option('--timeout <ms>', 'how long connecting may take', milliseconds, 30_000)
    .option('--max-size <bytes>', 'the longest message that is accepted', byteSize, 16 * 1024 * 1024);
}

/**
 * Makes the client for a URL.
 *
 * @throws UsageError, or commander's error, with a text for the user
 */
export function createClient(target: string, values: ClientValues, io: Io): Client {
  const { url, credentials } = webSocketUrl(target);
  const { origin = null, timeout, maxSize, subprotocol, compression } = values;
  let factory: WebSocketClientFactory;
  try {
    factory = new WebSocketClientFactory({
      url,
      origin,
      protocols: [...subprotocol],
      headers: headersOf(values, credentials, io),
      useragent: `wsc/${VERSION}`,
      proxy: values.proxy === undefined ? null : parseProxy(values.proxy),
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  factory.setProtocolOptions({
    maxMessagePayloadSize: maxSize,
    openHandshakeTimeout: timeout,
    closeHandshakeTimeout: 10_000,
    ...(compression ? { perMessageCompressionOffers: offerDeflate() } : {}),
  });
  return { factory, options: { timeout, tls: tlsOf(values, io), signal: io.interrupted } };
}

function headersOf({ header, auth }: ClientValues, credentials: string | null, io: Io): HeaderInit {
  // Some names are those of properties that every object has.
  const headers: Record<string, string[]> = Object.create(null);
  const login = auth ?? credentials;
  if (login !== null) {
    const full = login.includes(':') ? login : `${login}:${io.env.WSC_PASSWORD ?? ''}`;
    headers.Authorization = [`Basic ${Buffer.from(full).toString('base64')}`];
  }
  for (const [name, value] of header) {
    headers[name] ??= [];
    headers[name].push(value);
  }
  return headers;
}

/** Reads `http://user:password@host:port`; the scheme may be left out. */
function parseProxy(text: string): ProxyParameters {
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (url === null || url.protocol !== 'http:') throw new UsageError(`${text} is not the address of an HTTP proxy`);
  const login =
    url.username === ''
      ? {}
      : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80), ...login };
}

function tlsOf({ ca, cert, key, servername, insecure }: ClientValues, io: Io): TlsOptions {
  const passphrase = io.env.WSC_PASSPHRASE;
  return {
    ...(ca === undefined ? {} : { ca: readPem(ca) }),
    ...(cert === undefined ? {} : { cert: readPem(cert) }),
    ...(key === undefined ? {} : { key: readPem(key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(servername === undefined ? {} : { servername }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
  };
}

/** Reads a file that the command line names. @throws UsageError */
export function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
