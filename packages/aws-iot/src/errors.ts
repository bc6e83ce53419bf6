/** The document with which a service refuses a request. Which fields there are depends on the service. */
export interface ErrorDocument {
  readonly clientToken?: string;
  readonly timestamp?: number;
  readonly [field: string]: unknown;
}

/** A service of AWS IoT has refused a request. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** The service's code: a number for shadows (404, 409, …), text for the others (`'VersionMismatch'`, …). */
  readonly code: number | string;
  /** The whole answer. */
  readonly document: ErrorDocument;
  /** Where the request was published. */
  readonly topic: string;

  constructor(topic: string, document: ErrorDocument) {
    const { code, errorCode, error, statusCode, message, errorMessage } = document;
    const told = (code ?? errorCode ?? error ?? statusCode ?? 'Unknown') as number | string;
    super(`${(message ?? errorMessage ?? 'The service refused the request') as string} (${told})`);
    this.code = told;
    this.document = document;
    this.topic = topic;
  }
}

/** Why a request failed without an answer of the service. */
export type RequestErrorCode =
  /** A name, or a field of the request, can never work. Nothing was sent. */
  | 'INVALID_ARGUMENT'
  /** No answer in time. The service may have done it all the same. */
  | 'TIMEOUT'
  /** The answer is no JSON. */
  | 'BAD_ANSWER'
  /** `close()` was called. */
  | 'CLOSED';

/** A request failed without an answer of the service. What the MQTT client rejects with is passed on as it is. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;

  constructor(code: RequestErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
