import { takeApart } from '../model/address.ts';
import { type ConnectForm, checkConnectForm, clientOptions } from '../model/connect-form.ts';
import type { Connection } from '../model/connection.ts';
import { connectFieldOf } from '../model/field-problems.ts';
import { protocolName, settingRows } from '../model/negotiated.ts';
import { inOneLine, problemOf } from '../model/problem.ts';
import { type ConnectionSnapshot, isActive } from '../model/status.ts';
import { byId, element } from '../ui/element.ts';
import { Field, showProblems } from '../ui/field.ts';
import { problemParts } from '../ui/prose.ts';
import type { PresetsView } from './presets-view.ts';

/** What the button does, by what it says. */
const BUTTON: Readonly<Partial<Record<ConnectionSnapshot['status'], string>>> = {
  connected: 'Disconnect',
  connecting: 'Stop trying',
  waiting: 'Stop trying',
  stopping: 'Disconnecting …',
};

/** The connect form; while there is a connection, or attempts to get one, what was agreed on. */
export class ConnectionView {
  readonly #connection: Connection;
  readonly #presets: PresetsView;
  readonly #fields: Readonly<Record<keyof ConnectForm, Field>> = {
    url: new Field('url', HTMLInputElement),
    username: new Field('username', HTMLInputElement),
    password: new Field('password', HTMLInputElement),
    protocol: new Field('protocol', HTMLSelectElement),
    keepAliveSeconds: new Field('keepAliveSeconds', HTMLInputElement),
    clientId: new Field('clientId', HTMLInputElement),
    session: new Field('session', HTMLSelectElement),
  };
  readonly #form = byId('connect-form', HTMLFormElement);
  readonly #button = byId('connect', HTMLButtonElement);
  readonly #formProblem = byId('connect-form-problem', HTMLElement);
  readonly #problem = byId('connection-problem', HTMLElement);
  readonly #summary = byId('connection-summary', HTMLElement);
  readonly #url = byId('connected-url', HTMLElement);
  readonly #as = byId('connected-as', HTMLElement);
  readonly #negotiated = byId('negotiated', HTMLDetailsElement);
  readonly #facts = byId('negotiated-facts', HTMLElement);
  #wasActive = false;

  constructor(connection: Connection, presets: PresetsView) {
    this.#connection = connection;
    this.#presets = presets;
  }

  /** Shows it from now on. */
  mount(): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#connect();
    });
    this.#button.addEventListener('click', (event) => {
      if (this.#connection.client === undefined) return;
      event.preventDefault();
      this.#connection.disconnect();
    });
    this.#fields.url.control.addEventListener('change', () => this.#takeApart());
    this.#connection.onChange(() => this.#draw());
    this.#draw();
  }

  #connect(): void {
    if (this.#connection.client !== undefined) return;
    this.#takeApart();
    this.#formProblem.hidden = true;
    const form = this.#values();
    const preset = this.#presets.chosen;
    if (showProblems(this.#fields, checkConnectForm(form, preset))) return;
    // The form goes; its button stays, and says the opposite.
    this.#button.focus();
    try {
      this.#connection.connect(clientOptions(form, preset));
    } catch (error) {
      this.#formProblem.textContent = inOneLine(problemOf(error));
      this.#formProblem.hidden = false;
    }
  }

  /** User name and password have fields of their own; an address that holds them would be remembered with them. */
  #takeApart(): void {
    const { url, username, password } = takeApart(this.#fields.url.value);
    this.#fields.url.value = url;
    if (username !== undefined) this.#fields.username.value = username;
    if (password !== undefined) this.#fields.password.value = password;
  }

  #values(): ConnectForm {
    const entries = Object.entries(this.#fields).map(([name, field]) => [name, field.value]);
    return Object.fromEntries(entries) as unknown as ConnectForm;
  }

  #draw(): void {
    const { snapshot } = this.#connection;
    const { status, problem, settings } = snapshot;
    const active = isActive(status);
    this.#form.hidden = active;
    this.#summary.hidden = !active;
    this.#button.textContent = BUTTON[status] ?? 'Connect';
    this.#button.classList.toggle('button-primary', !active);
    this.#problem.hidden = problem === undefined;
    this.#problem.replaceChildren(...(problem === undefined ? [] : problemParts(problem)));
    this.#drawSummary(settings);
    if (this.#wasActive && !active && problem !== undefined) this.#blame(problem);
    this.#wasActive = active;
  }

  #drawSummary(settings: ConnectionSnapshot['settings']): void {
    // The query of an address may be signed.
    const { chosen } = this.#presets;
    this.#url.textContent =
      chosen === undefined ? this.#fields.url.value.replace(/[?#].*$/s, '') : `${chosen.label}, emulated`;
    this.#as.hidden = settings === undefined;
    this.#negotiated.hidden = settings === undefined;
    if (settings === undefined) return;
    this.#as.textContent = `${protocolName(settings)} as ${settings.clientId}`;
    this.#facts.replaceChildren(
      ...settingRows(settings).map(({ name, value }) =>
        element('div', 'fact', element('dt', '', name), element('dd', '', value)),
      ),
    );
  }

  /** The server refused something that has a field: it is marked there, too. */
  #blame(problem: NonNullable<ConnectionSnapshot['problem']>): void {
    const name = connectFieldOf(problem);
    if (name !== undefined) this.#fields[name].show('The server does not accept this.');
  }
}
