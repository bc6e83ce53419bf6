/** A row on the page. */
export interface Row<Item> {
  readonly element: HTMLElement;
  /** Shows what has changed of the item. Without it an item never changes. */
  update?(item: Item): void;
}

/**
 * Keeps the children of an element in step with a list of items. What is there already stays the same element, so that
 * what somebody has focused, selected or unfolded stays so while others come and go.
 */
export class KeyedList<Item> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (item: Item) => unknown;
  readonly #make: (item: Item) => Row<Item>;
  readonly #rows = new Map<unknown, Row<Item>>();

  /** Items with the same key are the same row. `parent` can be focused: it is when the focused row goes. */
  constructor(parent: HTMLElement, keyOf: (item: Item) => unknown, make: (item: Item) => Row<Item>) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  /** Shows these items, in this order. */
  show(items: readonly Item[]): void {
    const keys = new Set(items.map(this.#keyOf));
    for (const [key, { element }] of this.#rows) {
      if (keys.has(key)) continue;
      this.#remove(element);
      this.#rows.delete(key);
    }
    let next = this.#parent.firstElementChild;
    for (const item of items) {
      const { element } = this.#rowOf(item);
      if (element === next) next = next.nextElementSibling;
      else this.#parent.insertBefore(element, next);
    }
  }

  #rowOf(item: Item): Row<Item> {
    const key = this.#keyOf(item);
    const row = this.#rows.get(key) ?? this.#make(item);
    this.#rows.set(key, row);
    row.update?.(item);
    return row;
  }

  #remove(row: HTMLElement): void {
    // Otherwise the keyboard would start again at the top of the page.
    if (row.contains(document.activeElement)) this.#parent.focus({ preventScroll: true });
    row.remove();
  }
}
