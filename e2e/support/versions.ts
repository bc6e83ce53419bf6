/** The versions of MQTT that every test of the protocol runs in. */
export const VERSIONS = [
  { protocolVersion: 5, name: 'MQTT 5.0' },
  { protocolVersion: 4, name: 'MQTT 3.1.1' },
] as const;
