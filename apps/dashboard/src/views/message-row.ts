import type { LogEntry } from '../model/message-log.ts';
import { EVERYTHING, PREVIEW, type PayloadFormat, type ReadablePayload, readPayload } from '../model/payload.ts';
import { size, timeOfDay } from '../model/words.ts';
import { button, element } from '../ui/element.ts';
import type { Row } from '../ui/keyed-list.ts';

const FORMATS: Readonly<Record<PayloadFormat, string>> = {
  empty: 'Empty',
  json: 'JSON',
  text: 'Text',
  binary: 'Binary',
};

/** A message on the page. What is long is cut until somebody wants to see it all. */
export function messageRow({ at, message }: LogEntry): Row<LogEntry> {
  const { topic, payload, qos, retain } = message;
  const preview = readPayload(payload, PREVIEW);
  const time = element('time', 'message-time', timeOfDay(at));
  time.dateTime = new Date(at).toISOString();
  const facts = element('p', 'message-facts');
  if (retain) facts.append(element('span', 'badge', 'Retained'));
  facts.append(
    element('span', '', `QoS ${qos}`),
    element('span', '', `${FORMATS[preview.format]}, ${size(payload.length)}`),
  );
  const row = element('li', 'message', time, element('p', 'message-topic topic', topic), facts);
  if (preview.format !== 'empty') row.append(payloadBlock(payload, preview));
  return { element: row };
}

function payloadBlock(payload: Uint8Array, preview: ReadablePayload): HTMLElement {
  const text = element('pre', 'message-payload', preview.text);
  text.dataset['format'] = preview.format;
  if (!preview.isCut) return text;
  const all = payload.length > EVERYTHING.bytes ? `Show the first ${size(EVERYTHING.bytes)}` : 'Show all';
  let isAll = false;
  const toggle = button('link', all, () => {
    isAll = !isAll;
    text.textContent = isAll ? readPayload(payload, EVERYTHING).text : preview.text;
    text.classList.toggle('is-cut', !isAll);
    toggle.textContent = isAll ? 'Show less' : all;
    toggle.ariaExpanded = String(isAll);
  });
  toggle.ariaExpanded = 'false';
  text.classList.add('is-cut');
  return element('div', 'message-body', text, toggle);
}
