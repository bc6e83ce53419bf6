import { describe, expect, it } from 'vitest';
import { endpointUrl, inferRegion, regionOf } from './endpoint.ts';
import { AwsError } from './errors.ts';

describe('the region of an endpoint', () => {
  it.each([
    ['a1b2c3-ats.iot.us-east-1.amazonaws.com', 'us-east-1'],
    ['A1B2C3-ATS.IOT.EU-WEST-1.AMAZONAWS.COM', 'eu-west-1'],
    ['a1b2c3.iot.ap-southeast-2.amazonaws.com', 'ap-southeast-2'],
    ['a1b2c3.ats.iot.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['a1b2c3-ats.iot.cn-northwest-1.amazonaws.com.cn', 'cn-northwest-1'],
    ['a1b2c3-ats.iot.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['data.iot-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
    ['data-ats.iot-fips.ca-west-1.amazonaws.com', 'ca-west-1'],
    ['data-ats.iot.eu-central-1.api.aws', 'eu-central-1'],
    ['data-ats.iot.cn-north-1.api.amazonwebservices.com.cn', 'cn-north-1'],
    ['vpce-0123456789abcdef0-abcdefgh.data.iot.us-east-1.vpce.amazonaws.com', 'us-east-1'],
    ['a1b2c3-ats.iot.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
    ['a1b2c3-ats.iot.us-iso-east-1.c2s.ic.gov', 'us-iso-east-1'],
    ['a1b2c3-ats.iot.il-central-1.amazonaws.com.', 'il-central-1'],
    ['iot.example.com', undefined],
    ['iot.eu-west-1.example.com', undefined],
    ['mqtt.prod.example.com', undefined],
    ['localhost', undefined],
    ['127.0.0.1', undefined],
    ['amazonaws.com', undefined],
  ])('%s is %s', (host, region) => {
    expect(inferRegion(host)).toBe(region);
  });

  it('has to be given where the name does not tell it, and wins where it is given', () => {
    const custom = endpointUrl('iot.example.com');
    expect(() => regionOf(custom, undefined)).toThrow(
      expect.objectContaining({ code: 'REGION_UNKNOWN', hint: expect.stringContaining('region:') }),
    );
    expect(() => regionOf(custom, '')).toThrow(AwsError);
    expect(regionOf(custom, 'eu-west-1')).toBe('eu-west-1');
    expect(regionOf(endpointUrl('x-ats.iot.us-east-1.amazonaws.com'), 'eu-west-1')).toBe('eu-west-1');
  });
});

describe('an endpoint', () => {
  it.each([
    ['x-ats.iot.us-east-1.amazonaws.com', 'wss://x-ats.iot.us-east-1.amazonaws.com/mqtt'],
    ['X-ATS.iot.us-east-1.amazonaws.com:443', 'wss://x-ats.iot.us-east-1.amazonaws.com/mqtt'],
    ['localhost:8443', 'wss://localhost:8443/mqtt'],
    ['https://x.example/', 'wss://x.example/mqtt'],
    ['wss://x.example/mqtt/', 'wss://x.example/mqtt'],
    [' x.example\n', 'wss://x.example/mqtt'],
    ['[::1]:8443', 'wss://[::1]:8443/mqtt'],
    ['http://127.0.0.1:9001', 'ws://127.0.0.1:9001/mqtt'],
    ['WS://localhost:80', 'ws://localhost/mqtt'],
    ['wss://localhost:8443/custom/mqtt', 'wss://localhost:8443/custom/mqtt'],
  ])('%s is opened as %s', (endpoint, url) => {
    expect(endpointUrl(endpoint).href).toBe(url);
    expect(endpointUrl(endpoint).href).toBe(endpointUrl(new URL(url)).href);
  });

  it.each([
    '',
    undefined as never,
    null as never,
    '::1',
    'mqtts://x.example',
    'wss://[',
    'ftp://x.example',
    'wss://x.example/mqtt?X-Amz-Signature=SENTINEL',
    'wss://user:SENTINEL@x.example',
    'x.example/mqtt#SENTINEL',
    'wss://:SENTINEL@',
  ])('cannot be %j, and the error does not repeat it', (endpoint) => {
    const error = (() => {
      try {
        return endpointUrl(endpoint);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ name: 'AwsError', code: 'INVALID_ARGUMENT' });
    expect(String(error)).not.toContain('SENTINEL');
  });
});
