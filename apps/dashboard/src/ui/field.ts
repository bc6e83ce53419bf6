import { byId, element } from './element.ts';
import { prose } from './prose.ts';

/** What a person fills in. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A control with its label, and a place below it that says what is wrong with it. */
export class Field<Kind extends Control = Control> {
  readonly control: Kind;
  readonly #problem: HTMLElement;

  /** Finds the control by its id; the page has its label. */
  constructor(id: string, kind: new () => Kind) {
    this.control = byId(id, kind);
    this.#problem = element('p', 'field-problem');
    this.#problem.id = `${id}-problem`;
    this.#problem.hidden = true;
    this.control.closest('.field')?.append(this.#problem);
    const described = this.control.getAttribute('aria-describedby') ?? '';
    this.control.setAttribute('aria-describedby', `${described} ${this.#problem.id}`.trim());
    // Somebody is about to put it right.
    for (const event of ['input', 'change']) this.control.addEventListener(event, () => this.show(undefined));
  }

  get value(): string {
    return this.control.value;
  }

  set value(value: string) {
    this.control.value = value;
  }

  /** Says what is wrong, or with `undefined` that nothing is. */
  show(problem: string | undefined): void {
    this.#problem.hidden = problem === undefined;
    this.#problem.replaceChildren(...prose(problem ?? ''));
    if (problem === undefined) this.control.removeAttribute('aria-invalid');
    else this.control.setAttribute('aria-invalid', 'true');
  }
}

/** Shows each problem at its field and none at the others, and goes to the first. Returns whether there was any. */
export function showProblems<Name extends string>(
  fields: Readonly<Record<Name, Field>>,
  problems: { readonly [Each in Name]?: string },
): boolean {
  const names = Object.keys(fields) as Name[];
  for (const name of names) fields[name].show(problems[name]);
  const first = names.find((name) => problems[name] !== undefined);
  if (first === undefined) return false;
  const { control } = fields[first];
  const folded = control.closest('details');
  if (folded !== null) folded.open = true;
  control.focus();
  return true;
}
