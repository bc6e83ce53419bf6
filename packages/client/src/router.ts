/** Messages come on the same topics again and again. */
const REMEMBERED_TOPICS = 1_000;

/**
 * Finds who wants a message: a tree of topic levels, so that the cost depends on the depth of the topic and not on the
 * number of subscriptions. Section 4.7.
 */
export class Router<Handle> {
  readonly #root: Node<Handle> = new Node();
  readonly #byFilter = new Map<string, Set<Handle>>();
  /** What was found for the topics that came since a handle was added or removed. */
  readonly #matches = new Map<string, readonly Handle[]>();

  /** Several handles may have the same filter. */
  add(filter: string, handle: Handle): void {
    this.#matches.clear();
    let handles = this.#byFilter.get(filter);
    if (handles === undefined) this.#byFilter.set(filter, (handles = new Set()));
    handles.add(handle);
    let node = this.#root;
    for (const level of levelsOf(filter)) {
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, (child = new Node()));
      node = child;
    }
    node.handles.add(handle);
  }

  remove(filter: string, handle: Handle): void {
    this.#matches.clear();
    const handles = this.#byFilter.get(filter);
    if (handles?.delete(handle) !== true) return;
    if (handles.size === 0) this.#byFilter.delete(filter);
    const levels = levelsOf(filter);
    const path = [this.#root];
    for (const level of levels) path.push(path.at(-1)?.children.get(level) as Node<Handle>);
    path.at(-1)?.handles.delete(handle);
    for (let depth = levels.length; depth > 0 && path[depth]?.isEmpty; depth--)
      path[depth - 1]?.children.delete(levels[depth - 1] as string);
  }

  /** The handles with exactly this filter. */
  handlesOf(filter: string): readonly Handle[] {
    return [...(this.#byFilter.get(filter) ?? [])];
  }

  all(): readonly Handle[] {
    return [...this.#byFilter.values()].flatMap((handles) => [...handles]);
  }

  /** Whether some topic may match both this filter and that of a handle. */
  overlaps(filter: string): boolean {
    return this.#meets(this.#root, levelsOf(filter), 0);
  }

  /** Every handle with a filter that matches, each once. */
  match(topic: string): readonly Handle[] {
    let found = this.#matches.get(topic);
    if (found === undefined) {
      found = [...this.#find(topic)];
      if (this.#matches.size === REMEMBERED_TOPICS) this.#matches.clear();
      this.#matches.set(topic, found);
    }
    return found;
  }

  #meets(node: Node<Handle>, levels: readonly string[], depth: number): boolean {
    const level = levels[depth];
    // `a/#` and `a` meet [MQTT-4.7.1-2]. There are no empty nodes but the root.
    if (node.children.has('#') || level === '#') return node.children.size > 0 || node.handles.size > 0;
    if (level === undefined) return node.handles.size > 0;
    const next = (child: Node<Handle> | undefined): boolean =>
      child !== undefined && this.#meets(child, levels, depth + 1);
    return level === '+'
      ? [...node.children.values()].some(next)
      : next(node.children.get(level)) || next(node.children.get('+'));
  }

  #find(topic: string): ReadonlySet<Handle> {
    const found = new Set<Handle>();
    // A wildcard at the first level does not match topics of the server [MQTT-4.7.2-1].
    this.#collect(this.#root, topic.split('/'), 0, !topic.startsWith('$'), found);
    return found;
  }

  #collect(node: Node<Handle>, levels: readonly string[], depth: number, wild: boolean, found: Set<Handle>): void {
    const everything = wild ? node.children.get('#') : undefined;
    // `a/#` matches `a` too [MQTT-4.7.1-2].
    if (everything !== undefined) for (const handle of everything.handles) found.add(handle);
    if (depth === levels.length) {
      for (const handle of node.handles) found.add(handle);
      return;
    }
    const exact = node.children.get(levels[depth] as string);
    if (exact !== undefined) this.#collect(exact, levels, depth + 1, true, found);
    const any = wild ? node.children.get('+') : undefined;
    if (any !== undefined) this.#collect(any, levels, depth + 1, true, found);
  }
}

class Node<Handle> {
  readonly children: Map<string, Node<Handle>> = new Map();
  readonly handles: Set<Handle> = new Set();

  get isEmpty(): boolean {
    return this.children.size === 0 && this.handles.size === 0;
  }
}

/** A shared subscription is delivered under the topic filter behind the share name [MQTT-4.8.2-2]. */
function levelsOf(filter: string): string[] {
  const levels = filter.split('/');
  return levels[0] === '$share' && levels.length > 2 ? levels.slice(2) : levels;
}
