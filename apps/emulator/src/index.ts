export { Emulator, type EmulatorOptions } from './emulator.ts';
export { MOSQUITTO_LINES } from './mosquitto-lines.ts';
