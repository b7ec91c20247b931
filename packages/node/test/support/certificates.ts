import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Says why TLS tests are skipped, or `null`: they run. */
export const noCertificates: string | null = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'openssl is not installed: no certificates for TLS tests';
  }
})();

/** A certificate that is its own authority, good for `localhost` and 127.0.0.1 (or for other names). */
export function createCertificate(names = 'DNS:localhost,IP:127.0.0.1', days = 2): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'ws-node-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  // The section that OpenSSL's own configuration would add is left out: some have none.
  writeFileSync(join(folder, 'config'), `[req]\ndistinguished_name = dn\n[dn]\n`);
  const files = ['-config', join(folder, 'config'), '-keyout', key, '-out', cert];
  const extensions = ['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:TRUE'];
  const subject = ['-subj', '/O=Test/CN=localhost', '-days', String(days)];
  try {
    execFileSync('openssl', ['req', '-x509', '-nodes', ...curve, ...files, ...subject, ...extensions], {
      stdio: 'pipe',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
