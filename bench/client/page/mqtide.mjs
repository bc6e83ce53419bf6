/* mqtide as an application uses it: promises that are awaited, a handler for a subscription, every option its default. */
import { createClient } from '@mqtide/client';
import { FLOOD_FILTER, PUBLISH_TOPICS, byTurns, payloadOf } from '../packets.mjs';
import { expose } from './harness.mjs';

const payload = payloadOf(64);
const nextTopic = byTurns(PUBLISH_TOPICS);

expose(async (url) => {
  const client = createClient({ url });
  let onMessage = () => {};
  await client.start();
  await client.subscribe(FLOOD_FILTER, () => onMessage());
  return {
    publishTurn(count) {
      for (let index = 0; index < count; index++) void client.publish(nextTopic(), payload);
    },

    async publishAll(qos, count, inFlight) {
      const options = { qos };
      let unsent = count;
      const publishOnAndOn = async () => {
        while (unsent > 0) {
          unsent -= 1;
          await client.publish(nextTopic(), payload, options);
        }
      };
      await Promise.all(Array.from({ length: inFlight }, publishOnAndOn));
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
