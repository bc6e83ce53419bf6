import type { Problem } from '../model/problem.ts';
import { element } from './element.ts';

/** Text whose `code` stands between backticks, as the library writes it. */
export function prose(text: string): Node[] {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? document.createTextNode(part) : element('code', '', part)));
}

/** A problem in full: what happened, what to try, and the code to search for. */
export function problemParts({ code, message, hint }: Problem): HTMLElement[] {
  return [
    element('p', 'problem-message', ...prose(message)),
    ...(hint === undefined ? [] : [element('p', 'problem-hint', ...prose(hint))]),
    element('p', 'problem-code', element('code', '', code)),
  ];
}
