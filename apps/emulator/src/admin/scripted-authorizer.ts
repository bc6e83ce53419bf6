import type { Authorizer, AuthorizerAnswer, AuthorizerEvent } from '../gateway/authorizer.ts';

/** An answer of an authorizer and when it gives it: all that is said must be so. */
export interface ScriptedAnswer {
  readonly token?: string;
  /** What comes before the question mark. */
  readonly username?: string;
  readonly password?: string;
  readonly answer: AuthorizerAnswer;
}

/** An authorizer that looks its answers up: the first that fits; otherwise it refuses. */
export function scriptedAuthorizer(
  answers: readonly ScriptedAnswer[],
  { tokenKeyName, publicKeyPem }: { tokenKeyName: string | undefined; publicKeyPem: string | undefined },
): Authorizer {
  return {
    ...(tokenKeyName === undefined ? {} : { tokenKeyName }),
    ...(publicKeyPem === undefined ? {} : { publicKeyPem }),
    decide: (event) => answers.find((one) => fits(one, event))?.answer ?? { isAuthenticated: false },
  };
}

function fits(wanted: ScriptedAnswer, { token, protocolData: { mqtt } }: AuthorizerEvent): boolean {
  const [username] = (mqtt.username ?? '').split('?');
  const password = mqtt.password === undefined ? undefined : Buffer.from(mqtt.password, 'base64').toString();
  return (
    (wanted.token === undefined || wanted.token === token) &&
    (wanted.username === undefined || wanted.username === username) &&
    (wanted.password === undefined || wanted.password === password)
  );
}
