/* The package `mqtt` as it is quickest: callbacks instead of `publishAsync`. Its build for browsers, as it is published. */
import mqtt from 'mqtt';
import { FLOOD_FILTER, PUBLISH_TOPICS, byTurns, payloadOf } from '../packets.mjs';
import { expose } from './harness.mjs';

const payload = payloadOf(64);
const nextTopic = byTurns(PUBLISH_TOPICS);

expose(async (url) => {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
  let onMessage = () => {};
  client.on('message', () => onMessage());
  await client.subscribeAsync(FLOOD_FILTER);
  return {
    publishTurn(count) {
      for (let index = 0; index < count; index++) client.publish(nextTopic(), payload);
    },

    publishAll(qos, count, inFlight) {
      const options = { qos };
      return new Promise((resolve, reject) => {
        let unsent = count;
        let unfinished = count;
        const publish = () => {
          unsent -= 1;
          client.publish(nextTopic(), payload, options, onFinished);
        };
        const onFinished = (error) => {
          if (error) reject(error);
          unfinished -= 1;
          if (unsent > 0) publish();
          else if (unfinished === 0) resolve();
        };
        for (let index = 0; index < inFlight && unsent > 0; index++) publish();
      });
    },

    receiveAll(count) {
      return new Promise((resolve) => {
        let left = count;
        onMessage = () => {
          left -= 1;
          if (left === 0) resolve();
        };
      });
    },
  };
});
