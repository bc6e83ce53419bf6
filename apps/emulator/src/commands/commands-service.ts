import { randomUUID } from 'node:crypto';
import type { ServiceClient, ServiceMessage } from '../broker/service-client.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { formatOf, readDocument, writeDocument } from '../services/format.ts';
import type { Outbox } from '../services/outbox.ts';
import { type CommandExecution, type CommandRejection, timeOutCommand, updateCommand } from './execution.ts';

/** A command to start. */
export interface CommandStart {
  readonly commandId: string;
  readonly deviceType: 'things' | 'clients';
  readonly deviceId: string;
  readonly payload: Uint8Array;
  /** Decides which topic the command comes on. */
  readonly contentType?: string;
  /** @default that of the limits */
  readonly timeoutSeconds?: number;
}

const TOPIC = /^(\$aws\/commands\/(things|clients)\/([^/]+)\/executions\/([^/]+)\/response)\/(json|cbor)$/;

/** The ends of the request topic by content type. */
const FORMATS: Readonly<Record<string, string>> = { 'application/json': '/json', 'application/cbor': '/cbor' };

/** The Commands service at the broker. */
export class CommandsService {
  readonly #cloud: Cloud;
  readonly #outbox: Outbox;
  readonly #clientIdOf: (connectionId: string) => string | undefined;
  readonly #executions = new Map<string, CommandExecution>();
  #services: ServiceClient | undefined;

  constructor(cloud: Cloud, outbox: Outbox, clientIdOf: (connectionId: string) => string | undefined) {
    this.#cloud = cloud;
    this.#outbox = outbox;
    this.#clientIdOf = clientIdOf;
  }

  async start(services: ServiceClient): Promise<void> {
    this.#services = services;
    await services.subscribe('$aws/commands/+/+/executions/+/response/+', (message) => this.#receive(message));
  }

  /** Sends a command to a device; gives the id of its execution. */
  begin({ payload, contentType, timeoutSeconds, ...command }: CommandStart): string {
    const executionId = randomUUID();
    const seconds = timeoutSeconds ?? this.#cloud.limits.commandTimeoutSeconds;
    const execution: CommandExecution = { ...command, executionId, status: 'CREATED', isOver: false };
    this.#take(execution);
    const format = FORMATS[contentType ?? ''] ?? '';
    const { deviceType, deviceId } = command;
    this.#services?.publish(
      `$aws/commands/${deviceType}/${deviceId}/executions/${executionId}/request${format}`,
      payload,
      {
        messageExpiryInterval: Math.max(1, Math.ceil(seconds)),
        ...(contentType !== undefined && { contentType }),
      },
    );
    this.#cloud.clock.after(seconds * 1000, () => {
      const latest = this.#executions.get(executionId);
      if (latest !== undefined) this.#take(timeOutCommand(latest));
    });
    return executionId;
  }

  /** An execution as it stands. */
  executionOf(executionId: string): CommandExecution | undefined {
    return this.#executions.get(executionId);
  }

  #receive({ topic, payload, connection }: ServiceMessage): void {
    const [, prefix, deviceType, deviceId, executionId = ''] = TOPIC.exec(topic) ?? [];
    if (prefix === undefined) return;
    const format = formatOf(topic);
    const request = readDocument(payload, format);
    const execution = this.#executions.get(executionId);
    const isTheirs = execution?.deviceType === deviceType && execution?.deviceId === deviceId;
    const isAllowed = deviceType === 'things' || this.#clientIdOf(connection ?? '') === deviceId;
    const answer: CommandExecution | CommandRejection =
      request === undefined
        ? { error: 'InvalidJson', errorMessage: `The payload is no object in ${format.toUpperCase()}.` }
        : execution === undefined || !isTheirs || !isAllowed
          ? { error: 'ResourceNotFound', errorMessage: `There is no execution '${executionId}'.` }
          : updateCommand(execution, request, this.#cloud.switches);
    if (!('error' in answer)) this.#take(answer);
    const [suffix, content] =
      'error' in answer ? ['rejected', { ...answer, executionId }] : ['accepted', { executionId }];
    this.#outbox.publish([{ topic: `${prefix}/${suffix}/${format}`, content: writeDocument(content, format) }]);
  }

  /** Keeps an execution, and tells subscribers where its status has changed. */
  #take(execution: CommandExecution): void {
    const { commandId, executionId, status, statusReason, deviceType, deviceId } = execution;
    if (this.#executions.get(executionId) === execution) return;
    this.#executions.set(executionId, execution);
    const { clock } = this.#cloud;
    this.#outbox.publish([
      {
        topic: `$aws/events/commandExecution/${commandId}/${status}`,
        content: {
          executionId,
          status,
          ...(statusReason !== undefined && { statusReason }),
          eventType: 'COMMAND_EXECUTION',
          commandArn: this.#cloud.arn(`command/${commandId}`),
          targetArn: this.#cloud.arn(`${deviceType === 'things' ? 'thing' : 'client'}/${deviceId}`),
          timestamp: clock.now(),
        },
      },
    ]);
  }
}
