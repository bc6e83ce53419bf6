import { join } from 'node:path';

/**
 * @typedef {object} MosquittoListeners
 * @property {number} port for MQTT over WebSocket
 * @property {number} [tcpPort] for MQTT over TCP
 */

/**
 * @typedef {object} MosquittoSettings
 * @property {boolean} [persistence] keep sessions, retained and any number of queued messages over a restart
 * @property {boolean} [anonymous] let clients in without a user name, which is the default
 * @property {readonly string[]} [lines] more lines of mosquitto.conf, such as `acl_file …` or `max_keepalive 10`
 */

/**
 * The text of a mosquitto.conf. Three traps of mosquitto 2.0 shape it: a broker with nothing but WebSocket listeners
 * does not start, a WebSocket listener ignores the address it is given unless the socket domain is set, and a broker
 * started by root becomes another user that may not enter the private folder.
 * @param {string} folder private to this broker; the database and a socket go there
 * @param {MosquittoListeners} listeners
 * @param {MosquittoSettings} settings
 */
export function mosquittoConfig(folder, { port, tcpPort }, { persistence = false, anonymous = true, lines = [] }) {
  return [
    'per_listener_settings false',
    `allow_anonymous ${anonymous}`,
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    'log_type information',
    'connection_messages false',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    ...(persistence ? ['persistence true', `persistence_location ${folder}/`, 'max_queued_messages 0'] : []),
    ...lines,
    ...loopback(port),
    'protocol websockets',
    ...(tcpPort === undefined ? [`listener 0 ${join(folder, 'mosquitto.sock')}`] : loopback(tcpPort)),
    '',
  ].join('\n');
}

/** @param {number} port */
const loopback = (port) => [`listener ${port} 127.0.0.1`, 'socket_domain ipv4'];
