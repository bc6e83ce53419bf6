/*
 * What the file for a plain script element defines as `mqtide`: everything but the entries that bring other packages.
 * With stars, so that nothing that an entry exports is missing here.
 */
export * from './index.ts';
export * from './io/indexeddb/index.ts';
export * from './scram/index.ts';
export * from './topics/index.ts';
