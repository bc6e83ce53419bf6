import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, disconnect, message, publish, refused } from './testing/packets.test-helpers.ts';
import { dial, failed, hangUp, packets, send, settled, status, types } from './testing/seen.test-helpers.ts';

describe('connecting', () => {
  it('does nothing before it is started', () => {
    expect(new Driver().session.status).toBe('idle');
    expect(new Driver().session.nextDeadline()).toBeUndefined();
  });

  it.each(VERSIONS)('dials, says CONNECT first and is connected with the CONNACK, in version %i [MQTT-3.1.0-1] [MQTT3-3.1.0-1] [MQTT-3.1.4-5]', (protocolVersion) => {
    const driver = new Driver({ protocolVersion });
    expect(driver.start()).toEqual([status('connecting'), dial(1, protocolVersion)]);
    expect(types(driver.opened())).toEqual(['connect']);
    expect(driver.receive(connack())).toEqual([status('connected', 'connectionSuccess')]);
    expect(driver.session.status).toBe('connected');
  });
});
