/*
 * The whole platform of this package. Every browser, worker and server runtime has these two classes; nothing else is
 * declared, so that timers, sockets and storage do not compile here.
 */

declare class TextEncoder {
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(input: Uint8Array): string;
}
