/** Of the time a drawing took, this many times has to pass before the next: the page must have time for its user. */
const REST = 3;

/** Draws when something changed, at most once per animation frame, and less often where drawing is slow. */
export class Frames {
  readonly #draw: () => void;
  #isDue = false;
  #restsUntil = 0;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Something changed. May be called any number of times. */
  readonly request = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(this.#frame);
  };

  readonly #frame = (): void => {
    const startedAt = performance.now();
    if (startedAt < this.#restsUntil) {
      requestAnimationFrame(this.#frame);
      return;
    }
    this.#isDue = false;
    this.#draw();
    // Style and layout follow the drawing and are part of its cost: this runs after them.
    setTimeout(() => {
      const now = performance.now();
      this.#restsUntil = now + REST * (now - startedAt);
    });
  };
}
