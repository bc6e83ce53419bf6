/*
 * JSON laid out for reading. The text itself is laid out, token by token, not what `JSON.parse` makes of it: a number
 * like 12345678901234567890 or 1.50 stays as it was sent, and so does a repeated name.
 */

/** What is short enough stays on one line. */
const LINE_WIDTH = 72;
/** Nobody reads deeper, and the layout is recursive. */
const MAXIMUM_DEPTH = 100;

/** A string, number or literal as written; or a bracket with what is in it, each with its name if it has one. */
type Node = string | { readonly open: '{' | '['; readonly items: readonly Item[] };

interface Item {
  readonly name?: string;
  readonly value: Node;
}

/** Lays out a JSON object or array. `undefined` when the text is no such thing, or deeper than anybody can read. */
export function layOutJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = new Tokens(text);
  const node = readNode(tokens, 0);
  return node === undefined ? undefined : write(node, '');
}

/** Walks through the tokens of a text that is known to be JSON. */
class Tokens {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g) ?? [];
  }

  peek(): string {
    return this.#tokens[this.#next] ?? '';
  }

  take(): string {
    this.#next += 1;
    return this.#tokens[this.#next - 1] ?? '';
  }
}

function readNode(tokens: Tokens, depth: number): Node | undefined {
  if (depth > MAXIMUM_DEPTH) return undefined;
  const open = tokens.take();
  if (open !== '{' && open !== '[') return open;
  const close = open === '{' ? '}' : ']';
  const items: Item[] = [];
  while (tokens.peek() !== close) {
    const name = open === '{' ? tokens.take() : undefined;
    if (name !== undefined) tokens.take();
    const value = readNode(tokens, depth + 1);
    if (value === undefined) return undefined;
    items.push(name === undefined ? { value } : { name, value });
    if (tokens.peek() === ',') tokens.take();
  }
  tokens.take();
  return { open, items };
}

function write(node: Node, indent: string): string {
  const line = onOneLine(node);
  if (typeof node === 'string' || indent.length + line.length <= LINE_WIDTH) return line;
  const inner = `${indent}  `;
  const lines = node.items.map(({ name, value }) => `${inner}${label(name)}${write(value, inner)}`);
  return `${node.open}\n${lines.join(',\n')}\n${indent}${closing(node.open)}`;
}

function onOneLine(node: Node): string {
  if (typeof node === 'string') return node;
  const { open, items } = node;
  if (items.length === 0) return open + closing(open);
  const inside = items.map(({ name, value }) => label(name) + onOneLine(value)).join(', ');
  return open === '{' ? `{ ${inside} }` : `[${inside}]`;
}

const label = (name: string | undefined): string => (name === undefined ? '' : `${name}: `);
const closing = (open: '{' | '['): string => (open === '{' ? '}' : ']');
