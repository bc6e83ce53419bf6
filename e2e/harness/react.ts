import * as mqtide from '@mqtide/client';
import { type ReactElement, StrictMode, createElement, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

interface Wishes {
  readonly url: string;
  readonly clientId: string;
  readonly topic: string;
}

/** What happened, in order. */
const seen: string[] = [];

/** A component as applications write them: the client lives as long as the effect. */
function Temperature({ url, clientId, topic }: Wishes): ReactElement {
  const [client] = useState(() => mqtide.createClient({ url, clientId }));
  const [text, setText] = useState('waiting');
  useEffect(() => {
    seen.push('mounted');
    const off = client.on('connectionSuccess', () => seen.push('connected'));
    void client.start().catch(() => seen.push('given up'));
    void client.subscribe(topic, { qos: 1 }, (message) => setText(message.text())).catch(() => {});
    return () => {
      seen.push('unmounted');
      off();
      void client.stop();
    };
  }, [client, topic]);
  return createElement('output', null, text);
}

/** What `react.html` has on its window. */
export interface ReactPage {
  readonly seen: string[];
  /** Mounts the component, as React does in development: twice. Returns what unmounts it. */
  mount(wishes: Wishes): () => void;
}

const react: ReactPage = {
  seen,
  mount: (wishes) => {
    const root = createRoot(document.getElementById('root') as Element);
    root.render(createElement(StrictMode, null, createElement(Temperature, wishes)));
    return () => root.unmount();
  },
};
Object.assign(globalThis, { mqtide, react });
