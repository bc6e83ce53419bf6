import type { CommandStart } from '../commands/commands-service.ts';
import type { Emulator } from '../emulator.ts';
import type { JsonObject } from '../services/json.ts';
import type { Operation } from './account-operations.ts';
import { number, object, optionalText, text, texts, topicLevel } from './fields.ts';

/** Jobs, commands and provisioning templates. */
export function serviceOperations({ jobs, commands, provisioning }: Emulator): Readonly<Record<string, Operation>> {
  return {
    jobs(body) {
      jobs.create(
        text(body, 'jobId'),
        object(body, 'document') as JsonObject,
        texts(body, 'things').map((thing) => topicLevel({ thing }, 'thing')),
      );
      return {};
    },
    'jobs/cancel': (body) => ({ canceled: jobs.cancel(text(body, 'jobId')) }),
    'jobs/executions': (body) => ({ executions: jobs.executionsOf(text(body, 'thing')) }),
    commands(body) {
      const contentType = optionalText(body, 'contentType');
      const start: CommandStart = {
        commandId: topicLevel(body, 'commandId'),
        deviceType: optionalText(body, 'deviceType') === 'clients' ? 'clients' : 'things',
        deviceId: topicLevel(body, 'deviceId'),
        payload: new TextEncoder().encode(optionalText(body, 'payload') ?? ''),
        ...(contentType !== undefined && { contentType }),
        ...(body['timeoutSeconds'] !== undefined && { timeoutSeconds: number(body, 'timeoutSeconds') }),
      };
      return { executionId: commands.begin(start) };
    },
    'commands/execution': (body) => ({ ...commands.executionOf(text(body, 'executionId')) }),
    templates(body) {
      const configuration = body['deviceConfiguration'] as Readonly<Record<string, string>> | undefined;
      provisioning.templates.set(text(body, 'name'), {
        thingName: text(body, 'thingName'),
        allows: () => body['allows'] !== false,
        ...(configuration !== undefined && { deviceConfiguration: configuration }),
      });
      return {};
    },
  };
}
