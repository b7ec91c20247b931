import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and the certificate of it, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate for 127.0.0.1 that is its own authority; `null`: openssl is not installed. */
export function createCertificate(): Certificate | null {
  const folder = mkdtempSync(join(tmpdir(), 'ws-siege-'));
  const [key, cert, config] = ['key.pem', 'cert.pem', 'config'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(config, '[req]\ndistinguished_name = dn\n[dn]\n');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-config', config, '-keyout', key, '-out', cert];
  const authority = ['-addext', 'basicConstraints=critical,CA:TRUE', '-days', '2'];
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, ...names, ...authority, ...files], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
