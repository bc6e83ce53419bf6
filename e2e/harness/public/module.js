import * as mqtide from '/client/mqtide.min.js';

globalThis.mqtide = mqtide;
