import * as mqtide from '@mqtide/client';

globalThis.mqtide = mqtide;
