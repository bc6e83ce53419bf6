/** What an answer of Cognito tells besides credentials. */
export interface CognitoNews {
  /** The header `Date`, if the server lets a page read it. */
  readonly date: string | null;
  readonly identityId: string | undefined;
}

/** A request as the SDK hands it over, as far as it matters here. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Uint8Array;
  };
}

/** The part of the SDK's `HttpHandler` that it calls. */
export interface CognitoTransport {
  handle(request: SdkRequest): Promise<SdkResponse>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
}

/** An answer takes longer only when it does not come at all. */
const TIMEOUT_MS = 15_000;
/** What Cognito needs. What the SDK adds would tell about the browser, and make the preflight ask for more. */
const HEADERS = ['content-type', 'x-amz-target'];

/** `fetch`, in the form the SDK takes: so that the `Date` of answers can be read, and nothing is sent that is not needed. */
export function cognitoTransport(onAnswer: (news: CognitoNews) => void): CognitoTransport {
  return {
    async handle({ protocol, hostname, port, path, method, headers, body }) {
      const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
      const response = await fetch(url, {
        method,
        headers: HEADERS.flatMap((name): [string, string][] => {
          const value = headers[name];
          return value === undefined ? [] : [[name, value]];
        }),
        body: body as string,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      onAnswer({ date: response.headers.get('date'), identityId: identityIn(bytes) });
      return {
        response: { statusCode: response.status, headers: Object.fromEntries(response.headers), body: bytes },
      };
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

function identityIn(bytes: Uint8Array): string | undefined {
  try {
    const { IdentityId } = JSON.parse(new TextDecoder().decode(bytes)) as { IdentityId?: string };
    return IdentityId;
  } catch {
    // The SDK will say what is wrong with it.
    return undefined;
  }
}
