import { findMosquitto, Mosquitto } from './mosquitto.mjs';

/**
 * @typedef {object} Broker
 * @property {string} url where clients connect over WebSocket
 * @property {string} description one line for people
 * @property {Promise<unknown>} ended settles when it has ended by itself
 * @property {() => Promise<void>} dispose
 */

/**
 * Starts the broker of `npm start`: mosquitto when it is on this machine, otherwise the embedded one. The variable
 * MQTIDE_BROKER=aedes chooses the embedded one.
 * @param {number} port
 * @returns {Promise<Broker>}
 */
export async function startBroker(port) {
  if (process.env['MQTIDE_BROKER'] !== 'aedes' && findMosquitto() !== undefined) {
    const broker = await Mosquitto.start({ port });
    return {
      url: broker.url,
      description: `mosquitto on port ${port} (MQTT 5.0 and 3.1.1)`,
      ended: broker.ended,
      dispose: () => broker.dispose(),
    };
  }
  // Loaded only now: mosquitto must do without it.
  const { startAedes } = await import('./aedes.mjs');
  const broker = await startAedes(port);
  return { ...broker, description: `embedded, on port ${port}, MQTT 3.1.1 only (install mosquitto for MQTT 5.0)` };
}
