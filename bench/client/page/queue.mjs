import { createClient } from '@mqtide/client';

const endless = Number.POSITIVE_INFINITY;

/** Publishes that wait, on a client that is not started: what they take is measured from outside. */
globalThis.queue = {
  prepare() {
    this.client = createClient({
      url: 'ws://127.0.0.1:1',
      offlineQueue: { maxOperations: endless, maxBytes: endless, maxAgeMs: endless },
    });
    this.payload = new Uint8Array(100).fill(0x61);
    this.promises = [];
    this.publish(1_000);
  },
  publish(count) {
    for (let index = 0; index < count; index++)
      this.promises.push(this.client.publish('plants/p1/temperature', this.payload, { qos: 1 }));
  },
  waiting() {
    return this.client.statistics().incompleteOperationCount;
  },
};
