import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ConnackPacket, ConnectPacket, PublishPacket, SubscribePacket } from './packet.ts';
import {
  PROPERTIES,
  type PropertiesOf,
  type PropertyHost,
  type PropertyName,
  type PropertySpec,
  type WillProperties,
} from './properties.ts';

const ROWS = Object.entries<PropertySpec>(PROPERTIES);

/** Identifiers by packet, as section 2.2.2.2 and the sections of the packets list them. */
const BY_PACKET: { readonly [Host in PropertyHost]: readonly number[] } = {
  connect: [17, 21, 22, 23, 25, 33, 34, 38, 39],
  will: [1, 2, 3, 8, 9, 24, 38],
  connack: [17, 18, 19, 21, 22, 26, 28, 31, 33, 34, 36, 37, 38, 39, 40, 41, 42],
  publish: [1, 2, 3, 8, 9, 11, 35, 38],
  puback: [31, 38],
  pubrec: [31, 38],
  pubrel: [31, 38],
  pubcomp: [31, 38],
  subscribe: [11, 38],
  suback: [31, 38],
  unsubscribe: [38],
  unsuback: [31, 38],
  disconnect: [17, 28, 31, 38],
  auth: [21, 22, 31, 38],
};

describe('the table of properties', () => {
  it('has the 27 of the standard, each once', () => {
    expect(ROWS).toHaveLength(27);
    expect(new Set(ROWS.map(([, { id }]) => id)).size).toBe(27);
  });

  it.each(Object.entries(BY_PACKET) as [PropertyHost, number[]][])(
    'gives %s those that the standard gives it',
    (host, ids) => {
      const found = ROWS.filter(([, { in: hosts }]) => hosts.includes(host)).map(([, { id }]) => id);
      expect(found).toEqual(ids);
    },
  );

  it('lets only user properties and, in PUBLISH, subscription identifiers repeat [MQTT-3.3.4-4] [MQTT-3.3.2-17]', () => {
    const many = ROWS.flatMap(([name, spec]) => (spec.many ?? []).map((host) => `${name} ${host}`));
    const everywhere = Object.keys(BY_PACKET).map((host) => `userProperties ${host}`);
    expect(many.sort()).toEqual(['subscriptionIdentifier publish', ...everywhere].sort());
  });
});

describe('the types that the table derives', () => {
  it('give each packet its properties and no others', () => {
    expectTypeOf<keyof PropertiesOf<'puback'>>().toEqualTypeOf<'reasonString' | 'userProperties'>();
    expectTypeOf<keyof PropertiesOf<'unsubscribe'>>().toEqualTypeOf<'userProperties'>();
    expectTypeOf<keyof PropertiesOf<'disconnect'>>().toEqualTypeOf<
      'sessionExpiryInterval' | 'serverReference' | 'reasonString' | 'userProperties'
    >();
    expectTypeOf<keyof WillProperties>().toEqualTypeOf<
      | 'payloadFormatIndicator'
      | 'messageExpiryInterval'
      | 'contentType'
      | 'responseTopic'
      | 'correlationData'
      | 'willDelayInterval'
      | 'userProperties'
    >();
    expectTypeOf<'topicAlias'>().toExtend<PropertyName>();
  });

  it('give each property the type of its values', () => {
    type Publish = PropertiesOf<'publish'>;
    expectTypeOf<Publish['payloadFormatIndicator']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<Publish['messageExpiryInterval']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Publish['contentType']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Publish['responseTopic']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Publish['correlationData']>().toEqualTypeOf<Uint8Array | undefined>();
    type Pairs = readonly (readonly [name: string, value: string])[];
    expectTypeOf<Publish['userProperties']>().toEqualTypeOf<Pairs | undefined>();
  });

  it('make an array of what may repeat, only where it may', () => {
    expectTypeOf<PropertiesOf<'publish'>['subscriptionIdentifier']>().toEqualTypeOf<readonly number[] | undefined>();
    expectTypeOf<PropertiesOf<'subscribe'>['subscriptionIdentifier']>().toEqualTypeOf<number | undefined>();
  });

  it('are those of the packets', () => {
    expectTypeOf<NonNullable<PublishPacket['properties']>>().toEqualTypeOf<PropertiesOf<'publish'>>();
    expectTypeOf<NonNullable<ConnectPacket['properties']>>().toEqualTypeOf<PropertiesOf<'connect'>>();
    expectTypeOf<NonNullable<ConnackPacket['properties']>>().toEqualTypeOf<PropertiesOf<'connack'>>();
    expectTypeOf<NonNullable<SubscribePacket['properties']>>().toEqualTypeOf<PropertiesOf<'subscribe'>>();
    // @ts-expect-error a property of another packet
    expectTypeOf({ topicAlias: 1 }).toEqualTypeOf<PropertiesOf<'connect'>>();
    // @ts-expect-error readonly
    ((properties: PropertiesOf<'publish'>) => void (properties.topicAlias = 1))({});
  });
});
