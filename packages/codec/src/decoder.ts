import { ServerDecoder, type ServerDecoderOptions } from './server-decoder.ts';
import { ALL_PACKETS } from './packets/from-client.ts';
import { CLIENT, EITHER, SERVER, type Sender } from './sender.ts';

/** Options of a `Decoder`. */
export interface DecoderOptions extends ServerDecoderOptions {
  /**
   * Who sends the bytes: what only the other side may say is then refused.
   *
   * @default either side
   */
  readonly sender?: Sender;
}

/** Turns the bytes of one connection into packets, whoever sends them. */
export class Decoder extends ServerDecoder {
  constructor(options: DecoderOptions) {
    super(
      options,
      options.sender === undefined ? EITHER : { client: CLIENT, server: SERVER }[options.sender],
      ALL_PACKETS,
    );
  }
}
