import { parseArgs } from 'node:util';

interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly value?: string;
  readonly help: string;
}

type OptionName =
  | 'url'
  | 'http2-url'
  | 'port'
  | 'host'
  | 'cases'
  | 'exclude'
  | 'spec'
  | 'quick'
  | 'outdir'
  | 'agent'
  | 'concurrency'
  | 'timeout'
  | 'pause'
  | 'peer-pid'
  | 'header'
  | 'cert'
  | 'key'
  | 'count'
  | 'size'
  | 'rate'
  | 'hold'
  | 'message'
  | 'help';

const OPTIONS: Readonly<Record<OptionName, Option>> = {
  url: { type: 'string', short: 'u', value: 'URL', help: 'ws:// or wss:// address of the server' },
  'http2-url': { type: 'string', value: 'URL', help: 'where the server speaks HTTP/2, if not at --url' },
  port: { type: 'string', short: 'p', value: 'PORT', help: 'where a server mode listens (default 9001)' },
  host: { type: 'string', value: 'HOST', help: 'address a server mode listens on (default 127.0.0.1)' },
  cases: { type: 'string', short: 'c', value: 'LIST', help: 'cases to run, such as 1.*,7.3.1 (default *)' },
  exclude: { type: 'string', short: 'x', value: 'LIST', help: 'cases to leave out' },
  spec: { type: 'string', short: 's', value: 'FILE', help: 'settings as a JSON file' },
  quick: { type: 'boolean', short: 'q', help: 'send less in the long cases' },
  outdir: { type: 'string', short: 'o', value: 'FOLDER', help: 'where the reports go (default ./reports)' },
  agent: { type: 'string', short: 'a', value: 'NAME', help: 'name of the peer in the reports' },
  concurrency: { type: 'string', value: 'N', help: 'cases at the same time (default 16)' },
  timeout: { type: 'string', value: 'MS', help: 'how long to wait for a correct peer (default 5000)' },
  pause: { type: 'string', value: 'MS', help: 'pauses inside cases (default 1000)' },
  'peer-pid': { type: 'string', value: 'PID', help: 'process of the peer, to watch its memory' },
  header: { type: 'string', value: 'LINE', help: 'one more line for the opening request; may be repeated' },
  cert: { type: 'string', value: 'FILE', help: 'certificate in PEM: fuzzingserver speaks wss://' },
  key: { type: 'string', value: 'FILE', help: 'its private key' },
  count: { type: 'string', value: 'N', help: 'messages of echoclient, connections of massconnect' },
  size: { type: 'string', value: 'BYTES', help: 'size of the messages of echoclient' },
  rate: { type: 'string', value: 'N', help: 'connections a second of massconnect (default 1000)' },
  hold: { type: 'string', value: 'MS', help: 'how long massconnect holds its connections (default 1000)' },
  message: { type: 'string', short: 'm', value: 'TEXT', help: 'what broadcastclient says first' },
  help: { type: 'boolean', short: 'h', help: 'show this' },
};

export type Mode =
  | 'fuzzingclient'
  | 'fuzzingserver'
  | 'testeeserver'
  | 'testeeclient'
  | 'echoserver'
  | 'echoclient'
  | 'broadcastserver'
  | 'broadcastclient'
  | 'massconnect';

/** The modes, and what each does. */
export const MODES: Readonly<Record<Mode, string>> = {
  fuzzingclient: 'test a server: --url',
  fuzzingserver: 'test clients that connect to --port',
  testeeserver: 'our own server, to be tested',
  testeeclient: 'our own client, to be tested by the fuzzing server at --url',
  echoserver: 'sends every message back',
  echoclient: 'sends messages to an echo server and takes the times',
  broadcastserver: 'sends every message to everybody',
  broadcastclient: 'prints what a broadcast server sends',
  massconnect: 'opens many connections to --url',
};

/** What the command line says. */
export interface CommandLine {
  readonly mode: Mode;
  readonly text: (name: OptionName) => string | null;
  /** @throws RangeError when the value is not a whole number. */
  readonly number: (name: OptionName, fallback: number) => number;
  readonly list: (name: 'cases' | 'exclude') => string[] | null;
  readonly headers: readonly string[];
  readonly isQuick: boolean;
}

/**
 * Reads the command line; null when help was asked for.
 *
 * @throws TypeError or RangeError with a text for the user.
 */
export function readCommandLine(args: readonly string[]): CommandLine | null {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { type, ...rest }]) => [
      name,
      { type, multiple: name === 'header', ...(rest.short === undefined ? {} : { short: rest.short }) },
    ]),
  );
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (values['help'] === true || positionals.length === 0) return null;
  const [mode, ...more] = positionals;
  if (more.length > 0) throw new RangeError(`one mode at a time: ${positionals.join(' ')}`);
  if (!isMode(mode!)) throw new RangeError(`no such mode: ${mode}. There are ${Object.keys(MODES).join(', ')}.`);
  const text = (name: string): string | null => (typeof values[name] === 'string' ? values[name] : null);
  return {
    mode,
    text,
    number: (name, fallback) => {
      const value = text(name);
      if (value !== null && !/^\d+$/.test(value)) throw new RangeError(`--${name} takes a whole number, not ${value}`);
      return value === null ? fallback : Number(value);
    },
    list: name =>
      text(name)
        ?.split(',')
        .map(part => part.trim()) ?? null,
    headers: Array.isArray(values['header']) ? values['header'].map(String) : [],
    isQuick: values['quick'] === true,
  };
}

function isMode(text: string): text is Mode {
  return Object.hasOwn(MODES, text);
}

/** The help text. */
export function formatHelp(): string {
  const modes = Object.entries(MODES).map(([name, help]) => `  ${name.padEnd(16)} ${help}`);
  const options = Object.entries(OPTIONS).map(([name, { short, value, help }]) => {
    const flags = `${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${flags.padEnd(26)} ${help}`;
  });
  return [
    'wstest MODE [OPTIONS]: conformance and load tests for any WebSocket server or client',
    '',
    'Modes',
    ...modes,
    '',
    'Options',
    ...options,
    '',
    'Test a server:  wstest fuzzingclient --url ws://127.0.0.1:9001',
    'The exit status is 0 when nothing failed, 1 when something did, 2 when the command makes no sense.',
    '',
  ].join('\n');
}
