import type { Connection } from '../model/connection.ts';
import { type FieldProblems, type PublishField, publishFieldOf } from '../model/field-problems.ts';
import { inOneLine } from '../model/problem.ts';
import type { Draft, Outcome, Publisher } from '../model/publisher.ts';
import type { QoS } from '../model/subscriptions.ts';
import type { Announcer } from '../ui/announcer.ts';
import { byId, element } from '../ui/element.ts';
import { Field, showProblems } from '../ui/field.ts';
import { KeyedList, type Row } from '../ui/keyed-list.ts';
import { prose } from '../ui/prose.ts';

/** The publish form, and what became of the latest publishes. */
export class PublishView {
  readonly #connection: Connection;
  readonly #publisher: Publisher;
  readonly #announcer: Announcer;
  readonly #retain = new Field('retain', HTMLInputElement);
  readonly #fields: Readonly<Record<PublishField, Field>> = {
    topic: new Field('topic', HTMLInputElement),
    qos: new Field('publishQos', HTMLSelectElement),
    payload: new Field('payload', HTMLTextAreaElement),
    retain: this.#retain,
  };
  readonly #formProblem = byId('publish-form-problem', HTMLElement);
  readonly #outcomes = new KeyedList<Outcome>(byId('outcomes', HTMLElement), ({ id }) => id, makeRow);

  constructor(connection: Connection, publisher: Publisher, announcer: Announcer) {
    this.#connection = connection;
    this.#publisher = publisher;
    this.#announcer = announcer;
  }

  /** Shows them from now on. */
  mount(): void {
    const form = byId('publish-form', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#publish();
    });
    this.#fields.payload.control.addEventListener('keydown', (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Enter' && (event.ctrlKey || event.metaKey))
        form.requestSubmit();
    });
    this.#publisher.onChange(() => this.#outcomes.show(this.#publisher.outcomes));
    this.#connection.onChange(() => this.#showFormProblem(undefined));
  }

  async #publish(): Promise<void> {
    const draft = this.#draft();
    this.#showFormProblem(undefined);
    const problems: FieldProblems<PublishField> = draft.topic === '' ? { topic: 'Enter a topic.' } : {};
    if (showProblems(this.#fields, problems)) return;
    const { client } = this.#connection;
    if (client === undefined) {
      this.#showFormProblem('There is no connection. Connect first.');
      return;
    }
    const outcome = await this.#publisher.publish(client, draft);
    this.#announcer.announce(`${outcome.topic}: ${outcome.problem?.message ?? outcome.words}`);
    if (outcome.problem !== undefined) this.#blame(outcome.problem, draft);
  }

  #blame(problem: NonNullable<Outcome['problem']>, draft: Draft): void {
    const field = publishFieldOf(problem, draft, this.#connection.snapshot.settings);
    if (field === undefined) return;
    // What was wrong from the start is gone to; for an answer that came later nobody is torn away from what they do.
    if (problem.code === 'INVALID_ARGUMENT') showProblems(this.#fields, { [field]: inOneLine(problem) });
    else this.#fields[field].show(inOneLine(problem));
  }

  #draft(): Draft {
    return {
      topic: this.#fields.topic.value,
      payload: this.#fields.payload.value,
      qos: Number(this.#fields.qos.value) as QoS,
      retain: this.#retain.control.checked,
    };
  }

  #showFormProblem(problem: string | undefined): void {
    this.#formProblem.textContent = problem ?? '';
    this.#formProblem.hidden = problem === undefined;
  }
}

function makeRow({ topic, qos }: Outcome): Row<Outcome> {
  const words = element('span', 'outcome-words');
  const took = element('span', 'outcome-took');
  const detail = element('p', 'outcome-detail');
  const row = element(
    'li',
    'outcome',
    element('div', 'outcome-line', words, took),
    element('p', 'outcome-topic', element('span', 'topic', topic), ` QoS ${qos}`),
    detail,
  );
  return {
    element: row,
    update(outcome) {
      row.dataset['state'] = outcome.state;
      words.textContent = outcome.words;
      took.textContent = outcome.took ?? '';
      detail.hidden = outcome.problem === undefined;
      detail.replaceChildren(...prose(outcome.problem === undefined ? '' : inOneLine(outcome.problem)));
    },
  };
}
