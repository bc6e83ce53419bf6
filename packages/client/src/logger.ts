import type { Emitter } from './emitter.ts';
import type { ClientEvents } from './events.ts';

/** Takes what the client has to say of its connection. `console` is one. */
export interface Logger {
  debug(message: string, details: object): void;
  info(message: string, details: object): void;
  warn(message: string, details: object): void;
  error(message: string, details: object): void;
}

/** Logs the life of the connection, without a secret: no packet, no cause, of the URL origin and path only. */
export function logEvents(logger: Logger, emitter: Emitter<ClientEvents>): void {
  emitter.on('attemptingConnect', (details) => logger.debug('mqtide: connecting', details));
  emitter.on('connectionSuccess', ({ settings }) => logger.info('mqtide: connected', settings));
  for (const name of ['connectionFailure', 'disconnection'] as const)
    emitter.on(name, ({ error, willRetryInMs }) => {
      const { code, reasonCode, reasonName, message, hint } = error;
      const level = willRetryInMs === undefined ? 'error' : 'warn';
      logger[level](`mqtide: ${message}`, { event: name, code, reasonCode, reasonName, hint, willRetryInMs });
    });
  emitter.on('stopped', () => logger.info('mqtide: stopped', {}));
}
