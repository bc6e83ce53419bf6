/*
 * No password, no authentication data and no signed query leaves the client in an event or an error. What stands in for
 * a secret has its length, so that packets keep their size.
 */
import type { Packet } from '@mqtide/codec';

const ASTERISK = 0x2a;

/** The packet as it may be shown; itself, when nothing in it is secret. */
export function withoutSecrets<Each extends Packet>(packet: Each): Each {
  let shown: Packet = packet;
  if (shown.type === 'connect') {
    const { username, password } = shown;
    shown = {
      ...shown,
      // The custom authorizers of AWS IoT Core take a signed query behind the user name.
      ...(username !== undefined && { username: username.replace(/\?.*/s, (query) => query.replace(/[^?]/gs, '*')) }),
      ...(password !== undefined && { password: masked(password) }),
    };
  }
  const data = authenticationDataOf(shown);
  if (data !== undefined && 'properties' in shown)
    shown = { ...shown, properties: { ...shown.properties, authenticationData: masked(data) } } as Packet;
  return shown as Each;
}

/** Takes the secrets of a received packet out of its bytes, which are changed. */
export function eraseSecrets(bytes: Uint8Array, packet: Packet): Uint8Array {
  const secret = authenticationDataOf(packet);
  if (secret === undefined || secret.length === 0) return bytes;
  for (let start = 0; start + secret.length <= bytes.length; start++)
    if (secret.every((byte, index) => bytes[start + index] === byte))
      bytes.fill(ASTERISK, start, start + secret.length);
  return bytes;
}

function authenticationDataOf(packet: Packet): Uint8Array | undefined {
  const properties = 'properties' in packet ? packet.properties : undefined;
  return properties && 'authenticationData' in properties ? properties.authenticationData : undefined;
}

function masked(secret: Uint8Array): Uint8Array {
  return new Uint8Array(secret.length).fill(ASTERISK);
}
