import { NOT_ALLOWED, refuse } from '../errors.ts';
import { type Field, PROPERTIES, value } from './field.ts';

/** Bits 1 to 7 are reserved [MQTT-3.2.2-1]. */
export const SESSION_PRESENT = /* @__PURE__ */ value('sessionPresent', 'flag', 0, 0x81);

/** The properties of a CONNACK, and what holds between its fields. */
export const CONNACK_ENDING: Field = {
  read(reader, packet) {
    // A server that knows 3.1.1 only refuses in its own form, which has no properties: 20 02 00 01. It means 0x84.
    const isOldRefusal = packet['reasonCode'] === 1 && packet['sessionPresent'] === false && reader.remaining === 0;
    if (isOldRefusal && reader.version === 5) packet['reasonCode'] = 0x84;
    else PROPERTIES.read(reader, packet);
  },
  write(writer, packet) {
    if (packet['reasonCode'] !== 0 && packet['sessionPresent'] === true) refuse(NOT_ALLOWED, 'sessionPresent'); // [MQTT-3.2.2-6]
    PROPERTIES.write(writer, packet);
  },
};
