import type { Emulator } from '../emulator.ts';
import { type Body, change, number, numbers, objects, optionalText, policy, text, texts } from './fields.ts';
import { type ScriptedAnswer, scriptedAuthorizer } from './scripted-authorizer.ts';

/** An operation of the admin API: what it answers becomes JSON. @throws Error for a body that it cannot use */
export type Operation = (body: Body) => object;

/** The account: keys, policies, pools, authorizers, and the settings of the emulator itself. */
export function accountOperations({ cloud, identities, gateway }: Emulator): Readonly<Record<string, Operation>> {
  return {
    clock(body) {
      cloud.clock.offsetMs = number(body, 'offsetMs');
      return { offsetMs: cloud.clock.offsetMs };
    },
    switches: (body) => change(cloud.switches, body),
    limits: (body) => change(cloud.limits, numbers(body)),
    faults: (body) => change(cloud.faults, numbers(body)),
    users(body) {
      cloud.addUser(text(body, 'accessKeyId'), text(body, 'secretAccessKey'), [policy(body, 'policy')]);
      return {};
    },
    policies(body) {
      cloud.policies.set(text(body, 'name'), policy(body, 'document'));
      return {};
    },
    attach(body) {
      cloud.attachPolicy(text(body, 'policy'), text(body, 'target'));
      return {};
    },
    detach(body) {
      cloud.detachPolicy(text(body, 'policy'), text(body, 'target'));
      return {};
    },
    pools(body) {
      const pool = {
        allowsGuests: body['allowsGuests'] !== false,
        providers: texts(body, 'providers'),
        guestRole: policy(body, 'guestRole'),
        userRole: policy(body, 'userRole'),
      };
      return { identityPoolId: identities.addPool(pool, optionalText(body, 'identityPoolId')) };
    },
    logins(body) {
      const login = { provider: text(body, 'provider'), subject: text(body, 'subject') };
      const expiresAt = cloud.clock.now() + number(body, 'expiresInSeconds', 3600) * 1000;
      return { token: identities.tokens.issue(login, expiresAt) };
    },
    authorizers(body) {
      const name = text(body, 'name');
      const answers = objects(body, 'answers') as unknown as readonly ScriptedAnswer[];
      const signing = {
        tokenKeyName: optionalText(body, 'tokenKeyName'),
        publicKeyPem: optionalText(body, 'publicKeyPem'),
      };
      cloud.authorizers.set(name, scriptedAuthorizer(answers, signing));
      if (body['isDefault'] === true) cloud.defaultAuthorizer = name;
      return {};
    },
    things(body) {
      cloud.things.add(text(body, 'name'));
      return {};
    },
    disconnect: (body) => ({ wasConnected: gateway.disconnect(text(body, 'clientId')) }),
  };
}
