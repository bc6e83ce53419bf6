/*
 * The whole platform of this package. Every browser, worker and server runtime has these two classes; nothing else is
 * declared, so that timers, sockets and storage do not compile here.
 */

declare class TextEncoder {
  encode(source: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(input: Uint8Array): string;
}
