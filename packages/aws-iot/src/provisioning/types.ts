import type { PrivateKey } from './private-key.ts';

/** Answer to `createKeysAndCertificate`. */
export interface CreatedKeys {
  readonly certificateId: string;
  readonly certificatePem: string;
  /** Told this once. `privateKey.reveal()` gives it; printing the answer does not. */
  readonly privateKey: PrivateKey;
  /** For `registerThing`, within an hour. */
  readonly certificateOwnershipToken: string;
}

/** Answer to `createCertificateFromCsr`. */
export type CreatedCertificate = Omit<CreatedKeys, 'privateKey'>;

/** Request of `createCertificateFromCsr`. */
export interface CsrRequest {
  /** In PEM. */
  readonly certificateSigningRequest: string;
}

/** Request of `registerThing`. */
export interface RegisterThingRequest {
  readonly certificateOwnershipToken: string;
  /** What the template asks for. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Answer to `registerThing`. */
export interface RegisteredThing {
  readonly thingName: string;
  readonly deviceConfiguration?: Readonly<Record<string, string>>;
}
