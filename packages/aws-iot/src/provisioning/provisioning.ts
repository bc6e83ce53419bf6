import type { RequestOptions } from '../bounds.ts';
import type { Messenger } from '../messenger.ts';
import { type Operation, operation } from '../operation.ts';
import { Requests, type ServiceOptions } from '../request.ts';
import { PrivateKey } from './private-key.ts';
import type { CreatedCertificate, CreatedKeys, CsrRequest, RegisteredThing, RegisterThingRequest } from './types.ts';

/** As the service sends it. */
type KeysDocument = CreatedCertificate & { readonly privateKey: string };

/** The operations of Fleet Provisioning. None has a client token. */
const PROVISIONING: {
  readonly createKeys: Operation<object, KeysDocument>;
  readonly createFromCsr: Operation<CsrRequest, CreatedCertificate>;
  readonly registerThing: Operation<RegisterThingRequest, RegisteredThing>;
} = {
  createKeys: /* @__PURE__ */ operation('$aws/certificates/create/json', { correlation: 'topic' }),
  createFromCsr: /* @__PURE__ */ operation('$aws/certificates/create-from-csr/json', { correlation: 'topic' }),
  registerThing: /* @__PURE__ */ operation('$aws/provisioning-templates/{templateName}/provision/json', {
    correlation: 'topic',
  }),
};

/** Fleet Provisioning. Requests reject with a `ServiceError`, a `RequestError` or the client's error. */
export interface FleetProvisioning {
  /** Makes a key pair and a certificate, which is deleted unless a thing is registered with it within an hour. */
  createKeysAndCertificate(options?: RequestOptions): Promise<CreatedKeys>;
  /** Makes a certificate for a key that the device keeps. */
  createCertificateFromCsr(certificateSigningRequest: string, options?: RequestOptions): Promise<CreatedCertificate>;
  /** Registers a thing with a template, and makes its certificate valid. */
  registerThing(
    templateName: string,
    request: RegisterThingRequest,
    options?: RequestOptions,
  ): Promise<RegisteredThing>;
  /** Ends the subscriptions to answers. */
  close(): void;
}

/**
 * Fleet Provisioning over a connection that is allowed to. A page cannot use the certificate itself: it hands it to a
 * device.
 */
export function createFleetProvisioning(messenger: Messenger, options?: ServiceOptions): FleetProvisioning {
  const requests = new Requests(messenger, options);
  return {
    createKeysAndCertificate: async (bounds) => {
      const { privateKey, ...rest } = await requests.call(PROVISIONING.createKeys, {}, {}, bounds);
      return { ...rest, privateKey: new PrivateKey(privateKey) };
    },
    createCertificateFromCsr: (certificateSigningRequest, bounds) =>
      requests.call(PROVISIONING.createFromCsr, {}, { certificateSigningRequest }, bounds),
    registerThing: (templateName, request, bounds) =>
      requests.call(PROVISIONING.registerThing, { templateName }, request, bounds),
    close: () => requests.close(),
  };
}
