export type { AuthorizerAnswer } from './gateway/authorizer.ts';
export type { PolicyDocument } from './policy/policy.ts';
export { addDemoAccount, type DemoAccount } from './demo-account.ts';
export { Emulator, type EmulatorOptions } from './emulator.ts';
export { MOSQUITTO_LINES } from './mosquitto-lines.ts';
