/** Lines of mosquitto.conf for the broker behind the emulator: the gateway keeps the limits, the broker has none. */
export const MOSQUITTO_LINES: readonly string[] = ['max_inflight_messages 0', 'max_queued_messages 0'];
