import * as client from '@mqtide/client';
import * as indexeddb from '@mqtide/client/indexeddb';
import * as scram from '@mqtide/client/scram';
import * as topics from '@mqtide/client/topics';

globalThis.mqtide = { ...client, ...indexeddb, ...scram, ...topics };
