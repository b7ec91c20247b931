import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The files of a certificate for `localhost` and 127.0.0.1 that is its own authority. */
export function createCertificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', '-nodes', ...curve, '-keyout', key, '-out', cert, '-days', '2', ...names], {
    stdio: 'pipe',
  });
  return { key, cert };
}
