/** The address of a broker as somebody typed it, with the secrets taken out. */
export interface Address {
  /** Without user name and password. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** What people write in front of a broker's name, and what a browser can open instead. */
const INSTEAD_OF: Readonly<Record<string, string>> = {
  'mqtt:': 'ws:',
  'tcp:': 'ws:',
  'http:': 'ws:',
  'mqtts:': 'wss:',
  'ssl:': 'wss:',
  'tls:': 'wss:',
  'https:': 'wss:',
};

const EXAMPLE = 'ws://127.0.0.1:9001/';

/** Says what is wrong with an address and what to write instead; `undefined` when a browser can open it. */
export function addressProblem(typed: string): string | undefined {
  const text = typed.trim();
  if (text === '') return `Enter the address of a broker, such as ${EXAMPLE}`;
  const scheme = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return `An address begins with ws:// or wss://, such as ${EXAMPLE}`;
  const instead = INSTEAD_OF[scheme];
  if (instead !== undefined)
    return `A page cannot open ${scheme}// addresses. Use ${instead}// and the port on which the broker speaks WebSocket.`;
  if (scheme !== 'ws:' && scheme !== 'wss:') return `A page can open ws:// and wss:// addresses, not ${scheme}//`;
  if (URL.canParse(text)) return undefined;
  return `This is not an address. One looks like ${EXAMPLE}`;
}

/** Takes user name and password out of an address: they have fields of their own, and an address is remembered. */
export function takeApart(typed: string): Address {
  const text = typed.trim();
  if (!URL.canParse(text)) return { url: text };
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url: text };
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    ...(username !== '' && { username: decoded(username) }),
    ...(password !== '' && { password: decoded(password) }),
  };
}

/** What of an address may be remembered: origin and path. A query may be signed or carry a token. */
export function rememberable(typed: string): string {
  return takeApart(typed).url.replace(/[?#].*$/s, '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
