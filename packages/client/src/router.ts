/** Messages come on the same topics again and again: so many are remembered, and one more for each filter. */
const REMEMBERED_TOPICS = 1_000;

/**
 * Finds who wants a message: a tree of topic levels, so that the cost depends on the depth of the topic and not on the
 * number of subscriptions. Section 4.7. A handle has one filter.
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
    if (handles.has(handle)) return;
    handles.add(handle);
    let node = this.#root;
    for (const level of levelsOf(filter)) node = node.child(level) ?? node.adopt(level);
    node.handles.push(handle);
  }

  remove(filter: string, handle: Handle): void {
    this.#matches.clear();
    const handles = this.#byFilter.get(filter);
    if (handles?.delete(handle) !== true) return;
    if (handles.size === 0) this.#byFilter.delete(filter);
    const levels = levelsOf(filter);
    const path = [this.#root];
    for (const level of levels) path.push(path.at(-1)?.child(level) as Node<Handle>);
    const left = path.at(-1)?.handles;
    left?.splice(left.indexOf(handle), 1);
    for (let depth = levels.length; depth > 0 && path[depth]?.isEmpty; depth--)
      path[depth - 1]?.drop(levels[depth - 1] as string);
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
    return meets(this.#root, levelsOf(filter), 0);
  }

  /** Every handle with a filter that matches. */
  match(topic: string): readonly Handle[] {
    let found = this.#matches.get(topic);
    if (found === undefined) {
      const handles: Handle[] = [];
      // A wildcard at the first level does not match topics of the server [MQTT-4.7.2-1].
      collect(this.#root, topic, 0, !topic.startsWith('$'), handles);
      found = handles;
      if (this.#matches.size >= REMEMBERED_TOPICS + this.#byFilter.size) this.#matches.clear();
      this.#matches.set(topic, found);
    }
    return found;
  }
}

/** A topic level. Most nodes are the last one of a filter, and have no children. */
class Node<Handle> {
  handles: Handle[] = [];
  children: Map<string, Node<Handle>> | undefined;
  /** The child `+`. */
  any: Node<Handle> | undefined;
  /** The child `#`. */
  rest: Node<Handle> | undefined;

  get isEmpty(): boolean {
    return this.handles.length === 0 && !this.isParent;
  }

  get isParent(): boolean {
    return this.any !== undefined || this.rest !== undefined || (this.children?.size ?? 0) > 0;
  }

  child(level: string): Node<Handle> | undefined {
    return level === '+' ? this.any : level === '#' ? this.rest : this.children?.get(level);
  }

  adopt(level: string): Node<Handle> {
    const child: Node<Handle> = new Node();
    if (level === '+') this.any = child;
    else if (level === '#') this.rest = child;
    else (this.children ??= new Map()).set(level, child);
    return child;
  }

  drop(level: string): void {
    if (level === '+') this.any = undefined;
    else if (level === '#') this.rest = undefined;
    else this.children?.delete(level);
  }
}

/** Gathers who wants a topic of which the levels from `start` on are left; `wild`: wildcards match the first of them. */
function collect<Handle>(node: Node<Handle>, topic: string, start: number, wild: boolean, found: Handle[]): void {
  const { any, rest, children } = node;
  // `a/#` matches `a` too [MQTT-4.7.1-2].
  if (rest !== undefined && wild) found.push(...rest.handles);
  if (start > topic.length) {
    found.push(...node.handles);
    return;
  }
  if (any === undefined && children === undefined) return;
  const slash = topic.indexOf('/', start);
  const end = slash < 0 ? topic.length : slash;
  const exact = children?.get(topic.slice(start, end));
  if (exact !== undefined) collect(exact, topic, end + 1, true, found);
  if (any !== undefined && wild) collect(any, topic, end + 1, true, found);
}

function meets<Handle>(node: Node<Handle>, levels: readonly string[], depth: number): boolean {
  const level = levels[depth];
  // `a/#` and `a` meet [MQTT-4.7.1-2]. There are no empty nodes but the root.
  if (node.rest !== undefined || level === '#') return !node.isEmpty;
  if (level === undefined) return node.handles.length > 0;
  const next = (child: Node<Handle> | undefined): boolean => child !== undefined && meets(child, levels, depth + 1);
  if (next(node.any)) return true;
  return level === '+' ? [...(node.children?.values() ?? [])].some(next) : next(node.children?.get(level));
}

/** A shared subscription is delivered under the topic filter behind the share name [MQTT-4.8.2-2]. */
function levelsOf(filter: string): string[] {
  const levels = filter.split('/');
  return levels[0] === '$share' && levels.length > 2 ? levels.slice(2) : levels;
}
