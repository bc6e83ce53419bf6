import type { IncomingMessage } from 'node:http';

const LARGEST_BYTES = 1_048_576;

/** The JSON object that a request carries; an empty body is an empty object, `undefined` is anything else. */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return parseObject(Buffer.concat(chunks).toString() || '{}');
}

/** The object that a text is in JSON; `undefined` when it is none. */
function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
