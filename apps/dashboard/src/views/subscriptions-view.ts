import type { FieldProblems } from '../model/field-problems.ts';
import { inOneLine, problemOf } from '../model/problem.ts';
import type { QoS, SubscriptionRow, SubscriptionState, Subscriptions } from '../model/subscriptions.ts';
import type { Announcer } from '../ui/announcer.ts';
import { button, byId, element } from '../ui/element.ts';
import { Field, showProblems } from '../ui/field.ts';
import { KeyedList, type Row } from '../ui/keyed-list.ts';
import { prose } from '../ui/prose.ts';

/** The subscribe form and the list of what was asked for, with what the server granted. */
export class SubscriptionsView {
  readonly #subscriptions: Subscriptions;
  readonly #announcer: Announcer;
  readonly #fields = {
    filter: new Field('filter', HTMLInputElement),
    filterQos: new Field('filterQos', HTMLSelectElement),
  };
  readonly #list = new KeyedList<SubscriptionRow>(
    byId('subscriptions', HTMLElement),
    ({ filter }) => filter,
    (row) => this.#makeRow(row),
  );

  constructor(subscriptions: Subscriptions, announcer: Announcer) {
    this.#subscriptions = subscriptions;
    this.#announcer = announcer;
  }

  /** Shows them from now on. */
  mount(): void {
    byId('subscribe-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#subscribe();
    });
    this.#subscriptions.onChange(() => this.#list.show(this.#subscriptions.rows));
  }

  async #subscribe(): Promise<void> {
    const filter = this.#fields.filter.value;
    const problems: FieldProblems<'filter'> = filter === '' ? { filter: 'Enter a topic filter, such as demo/#' } : {};
    if (showProblems(this.#fields, problems)) return;
    try {
      await this.#subscriptions.add(filter, Number(this.#fields.filterQos.value) as QoS);
    } catch (error) {
      showProblems(this.#fields, { filter: inOneLine(problemOf(error)) });
      return;
    }
    const row = this.#subscriptions.rows.find((each) => each.filter === filter);
    if (row !== undefined) this.#announcer.announce(`${filter}: ${stateWords(row)}`);
  }

  #makeRow({ filter }: SubscriptionRow): Row<SubscriptionRow> {
    const state = element('p', 'subscription-state');
    const remove = button('button button-quiet', 'Unsubscribe', () => void this.#subscriptions.remove(filter));
    const row = element(
      'li',
      'subscription',
      element('div', 'subscription-text', element('p', 'topic', filter), state),
      remove,
    );
    return {
      element: row,
      update(item) {
        const { is } = item.state;
        row.dataset['state'] = is;
        state.replaceChildren(...prose(stateWords(item)));
        const label = is === 'refused' || is === 'waiting' ? 'Remove' : 'Unsubscribe';
        remove.textContent = label;
        remove.ariaLabel = `${label} ${filter}`;
        remove.disabled = is === 'ending';
      },
    };
  }
}

const STATE_WORDS: Readonly<Record<Exclude<SubscriptionState['is'], 'granted' | 'refused'>, string>> = {
  waiting: 'Waits for a connection',
  asking: 'Subscribing …',
  ending: 'Unsubscribing …',
};

function stateWords({ state, wantedQos }: SubscriptionRow): string {
  if (state.is === 'refused') return inOneLine(state.problem);
  if (state.is !== 'granted') return STATE_WORDS[state.is];
  return state.qos === wantedQos ? `QoS ${state.qos} granted` : `QoS ${state.qos} granted, ${wantedQos} asked for`;
}
