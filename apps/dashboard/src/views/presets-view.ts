import { awsPresets, localServers, type Preset } from '../model/presets.ts';
import { byId, element } from '../ui/element.ts';

/** Which server: an address of one's own, or one that came with the page. Without the latter it is not there. */
export class PresetsView {
  readonly #select = byId('server', HTMLSelectElement);
  readonly #field = byId('server-field', HTMLElement);
  readonly #hint = byId('server-hint', HTMLElement);
  readonly #address = byId('address-fields', HTMLElement);
  #presets: readonly Preset[] = [];

  /** The preset that is chosen; `undefined` for an address of one's own. */
  get chosen(): Preset | undefined {
    return this.#presets.find(({ id }) => id === this.#select.value);
  }

  /** Looks for what came with the page, and offers it. */
  async mount(): Promise<void> {
    this.#select.addEventListener('change', () => this.#draw());
    const answer = await fetch('local.json').catch(() => undefined);
    const { aws, awsProblem } = localServers(answer?.ok === true ? await answer.text() : '');
    if (aws === undefined && awsProblem === undefined) return;
    this.#presets = aws === undefined ? [] : awsPresets(aws);
    const group = element('optgroup', '');
    group.label = 'AWS IoT Core, emulated';
    group.disabled = aws === undefined;
    group.append(...(aws === undefined ? [new Option('Not here')] : this.#presets.map(option)));
    this.#select.append(group);
    this.#hint.textContent = awsProblem ?? '';
    this.#field.hidden = false;
  }

  #draw(): void {
    const preset = this.chosen;
    this.#address.hidden = preset !== undefined;
    this.#hint.textContent = preset?.explanation ?? '';
  }
}

function option({ id, label }: Preset): HTMLOptionElement {
  return new Option(label, id);
}
