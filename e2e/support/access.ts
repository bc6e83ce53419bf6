import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

/** Lines for a mosquitto that lets in who has this password; the file it reads is written to `path`. */
export function passwordLines(path: string, username: string, password: string): string[] {
  const iterations = 101;
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
  writeFileSync(path, `${username}:$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}\n`);
  return [`password_file ${path}`];
}

/**
 * Lines for a mosquitto that refuses subscriptions to `forbidden/…` and publishes to it. Its `acl_file` cannot refuse a
 * subscription, its plugin can. The file that the plugin reads is written to `path`.
 */
export function forbiddenLines(path: string): string[] {
  const acls = [
    { acltype: 'subscribePattern', topic: 'forbidden/#', priority: 1, allow: false },
    { acltype: 'publishClientSend', topic: 'forbidden/#', priority: 1, allow: false },
  ];
  const access = { publishClientSend: true, publishClientReceive: true, subscribe: true, unsubscribe: true };
  writeFileSync(
    path,
    JSON.stringify({
      defaultACLAccess: access,
      clients: [],
      groups: [{ groupname: 'everybody', roles: [{ rolename: 'restricted' }], clients: [] }],
      roles: [{ rolename: 'restricted', acls }],
      anonymousGroup: 'everybody',
    }),
  );
  // Found by the name alone where the system keeps its libraries.
  return ['plugin mosquitto_dynamic_security.so', `plugin_opt_config_file ${path}`];
}
