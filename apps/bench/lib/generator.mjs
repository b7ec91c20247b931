// The load generator: the C one, compiled once and kept, or the JavaScript one.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../load/', import.meta.url));

/** Where what is made on the way is kept: compiled code, payloads, certificates, profiles. */
export const CACHE = fileURLToPath(new URL('../node_modules/.cache/bench/', import.meta.url));

/** The generator over node:net and node:tls. */
export const JS_GENERATOR = [process.execPath, `${SOURCES}wsload.mjs`];

/**
 * Compiles the C generator, unless these sources were compiled before.
 *
 * @returns {string[] | null} The command; null where there is no compiler.
 */
export function compileGenerator() {
  const compiler = process.env.CC ?? 'cc';
  const names = readdirSync(SOURCES).filter(name => /\.[ch]$/.test(name));
  const hash = createHash('sha256').update(compiler);
  for (const name of names) hash.update(readFileSync(SOURCES + name));
  const program = `${CACHE}wsload-${hash.digest('hex').slice(0, 12)}`;
  if (existsSync(program)) return [program];
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) return null;
  mkdirSync(CACHE, { recursive: true });
  const sources = names.filter(name => name.endsWith('.c')).map(name => SOURCES + name);
  execFileSync(compiler, ['-O2', '-std=c11', '-Wall', '-o', `${program}.new${process.pid}`, ...sources], {
    stdio: 'inherit',
  });
  renameSync(`${program}.new${process.pid}`, program);
  return [program];
}

/**
 * A key and a self-signed certificate for `localhost`, made by the openssl program.
 *
 * @returns {{ keyPath: string, certPath: string, key: string, cert: string } | null} null where there is no openssl.
 */
export function makeCertificate() {
  const keyPath = `${CACHE}key.pem`;
  const certPath = `${CACHE}cert.pem`;
  if (!existsSync(certPath)) {
    mkdirSync(CACHE, { recursive: true });
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '3650',
    ];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const { status } = spawnSync('openssl', [...request, ...names, '-keyout', keyPath, '-out', certPath], {
      stdio: 'ignore',
    });
    if (status !== 0) return null;
  }
  return { keyPath, certPath, key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') };
}
