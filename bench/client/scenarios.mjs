/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {{ qos: 0 | 1 | 2, payloadBytes: number }} [publish]
 * @property {{ perFrame: number, payloadBytes: number }} [receive]
 */

/** QoS 1 and 2 messages under way at any time. */
export const IN_FLIGHT = 100;

/** QoS 0 messages published before the page goes back to its event loop. */
export const PER_TURN = 100;

/** The least share of the floor's throughput that mqtide is to reach in every scenario. */
export const TARGET_OF_FLOOR = 0.6;

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  { name: 'publish-qos0', title: `publish 64 B, QoS 0, ${PER_TURN} per turn`, publish: { qos: 0, payloadBytes: 64 } },
  { name: 'publish-qos1', title: `publish 64 B, QoS 1, ${IN_FLIGHT} in flight`, publish: { qos: 1, payloadBytes: 64 } },
  { name: 'publish-qos2', title: `publish 64 B, QoS 2, ${IN_FLIGHT} in flight`, publish: { qos: 2, payloadBytes: 64 } },
  { name: 'receive-64-1', title: 'receive 64 B, 1 packet per frame', receive: { perFrame: 1, payloadBytes: 64 } },
  { name: 'receive-64-50', title: 'receive 64 B, 50 packets per frame', receive: { perFrame: 50, payloadBytes: 64 } },
  { name: 'receive-64k', title: 'receive 64 KiB, 1 packet per frame', receive: { perFrame: 1, payloadBytes: 65_536 } },
];

/** @typedef {'floor' | 'mqtide' | 'mqtt'} ContestantName */

/** @type {readonly ContestantName[]} */
export const CONTESTANTS = ['floor', 'mqtide', 'mqtt'];
