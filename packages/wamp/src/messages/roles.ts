import { isDict } from '../checks.ts';
import { ProtocolError } from '../errors.ts';

/** What one side of a role can do; names beyond those of WAMP are accepted. */
export type Features = Readonly<Record<string, boolean | null>>;

/** Roles by name, each with its features. */
export type Roles = Readonly<Record<string, { readonly features?: Features }>>;

/** The roles of clients. */
export const CLIENT_ROLES: readonly string[] = ['subscriber', 'publisher', 'caller', 'callee'];

/** The roles of routers. */
export const ROUTER_ROLES: readonly string[] = ['broker', 'dealer'];

/** Checks the roles in HELLO or WELCOME. @throws ProtocolError */
export function readRoles(what: string, value: unknown, known: readonly string[]): Roles {
  if (!isDict(value)) throw new ProtocolError(`${what} must be a dictionary`);
  const names = Object.keys(value);
  if (names.length === 0) throw new ProtocolError(`${what} must not be empty`);
  for (const name of names) {
    if (!known.includes(name))
      throw new ProtocolError(`${what}: there is no role ${JSON.stringify(name.slice(0, 40))}`);
    const role = value[name];
    if (!isDict(role)) throw new ProtocolError(`${what}.${name} must be a dictionary`);
    checkFeatures(`${what}.${name}.features`, role.features);
  }
  return value as Roles;
}

function checkFeatures(what: string, features: unknown): void {
  if (features === undefined) return;
  if (!isDict(features)) throw new ProtocolError(`${what} must be a dictionary`);
  for (const name in features) {
    const value = features[name];
    if (typeof value !== 'boolean' && value !== null) {
      throw new ProtocolError(`${what}.${name.slice(0, 40)} must be a boolean or null`);
    }
  }
}
