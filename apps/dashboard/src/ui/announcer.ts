/** Tells screen readers what has happened, politely: when they have finished what they are saying. */
export class Announcer {
  readonly #region: HTMLElement;

  constructor(region: HTMLElement) {
    this.#region = region;
  }

  announce(text: string): void {
    const line = document.createElement('p');
    line.textContent = text;
    // An added node is announced even when the same words were said before.
    this.#region.replaceChildren(line);
  }
}
