/*
 * One command on its way to a device: what the device may say of it, and what it may say then. Pure.
 */
import { isObject, type Json, type JsonObject } from '../services/json.ts';
import type { Switches } from '../switches.ts';

/** Every status of a command execution. */
export type CommandStatus = 'CREATED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED' | 'TIMED_OUT';

/** A command execution. */
export interface CommandExecution {
  readonly commandId: string;
  readonly executionId: string;
  readonly deviceType: 'things' | 'clients';
  readonly deviceId: string;
  readonly status: CommandStatus;
  readonly statusReason?: Json;
  readonly result?: Json;
  /** Whether the device has had its last word. That the cloud gave up is not the last word. */
  readonly isOver: boolean;
}

/** A rejected update: its code and what is wrong. */
export interface CommandRejection {
  readonly error: string;
  readonly errorMessage: string;
}

const FINAL = ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT'];
const REASON_CODE = /^[A-Z0-9_-]{1,64}$/;
const CONTROL = /\p{Cc}/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What an update of the device makes of an execution. */
export function updateCommand(
  execution: CommandExecution,
  request: JsonObject,
  { binIsBase64 }: Pick<Switches, 'binIsBase64'>,
): CommandExecution | CommandRejection {
  const { status, statusReason, result } = request;
  if (typeof status !== 'string' || (status !== 'IN_PROGRESS' && !FINAL.includes(status)))
    return invalid(`There is no status ${JSON.stringify(status)}.`);
  const problem = problemOfReason(statusReason) ?? problemOfResult(result, binIsBase64);
  if (problem !== undefined) return invalid(problem);
  if (execution.isOver) return { error: 'TerminalStateReached', errorMessage: `It is ${execution.status}.` };
  if (execution.status === 'TIMED_OUT' && status === 'IN_PROGRESS') {
    return { error: 'InvalidStateTransition', errorMessage: 'What has timed out is not in progress.' };
  }
  return {
    ...execution,
    status: status as CommandStatus,
    isOver: status !== 'IN_PROGRESS',
    ...(statusReason !== undefined && { statusReason }),
    ...(result !== undefined && { result }),
  };
}

/** The cloud gives up. */
export function timeOutCommand(execution: CommandExecution): CommandExecution {
  if (FINAL.includes(execution.status)) return execution;
  return { ...execution, status: 'TIMED_OUT', statusReason: { reasonCode: '$NO_RESPONSE_FROM_DEVICE' } };
}

function invalid(errorMessage: string): CommandRejection {
  return { error: 'InvalidRequest', errorMessage };
}

function problemOfReason(reason: Json | undefined): string | undefined {
  if (reason === undefined) return undefined;
  if (!isObject(reason)) return 'statusReason must be an object.';
  const { reasonCode, reasonDescription: text } = reason;
  if (typeof reasonCode !== 'string' || !REASON_CODE.test(reasonCode)) return 'statusReason needs a valid reasonCode.';
  const isText = text === undefined || (typeof text === 'string' && text.length <= 1024 && !CONTROL.test(text));
  return isText ? undefined : 'reasonDescription must be a text of at most 1024 characters.';
}

function problemOfResult(result: Json | undefined, binIsBase64: boolean): string | undefined {
  if (result === undefined) return undefined;
  if (!isObject(result) || Object.keys(result).length === 0) return 'At least 1 command execution result is required';
  for (const value of Object.values(result)) {
    if (!isObject(value)) return 'Value must be an object.';
    const [entry, ...others] = Object.entries(value);
    if (entry === undefined || others.length > 0) return 'Value must have exactly one of s, b and bin.';
    const [type, content] = entry;
    const isValid =
      (type === 's' && typeof content === 'string') ||
      (type === 'b' && typeof content === 'boolean') ||
      (type === 'bin' && typeof content === 'string' && (!binIsBase64 || BASE64.test(content)));
    if (!isValid) return `Value '${type}' is not of its type.`;
  }
  return undefined;
}
