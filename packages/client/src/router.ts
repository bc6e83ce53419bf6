/** Messages come on the same topics again and again. To remember more of them costs more than to walk the tree. */
const REMEMBERED_TOPICS = 1_000;

/** A topic level. There are no empty ones but the root, and most are the last of a filter: they have no children. */
interface Node<Handle> {
  /** A list that is never changed, so that it can be given out as it is. */
  handles: readonly Handle[];
  /** The children that are wildcards; any level and the rest of them. */
  '+': Node<Handle> | undefined;
  '#': Node<Handle> | undefined;
  /** The others, by level. */
  children: Map<string, Node<Handle>> | undefined;
}

/**
 * Finds who wants a message: a tree of topic levels, so that the cost depends on the depth of the topic and not on the
 * number of subscriptions. Section 4.7.
 */
export class Router<Handle extends { readonly filter: string }> {
  readonly #root: Node<Handle> = emptyNode();
  readonly #all = new Set<Handle>();
  /** What was found for the topics that came since a handle was added or removed. */
  readonly #matches = new Map<string, readonly Handle[]>();

  /** Several handles may have the same filter. */
  add(handle: Handle): void {
    this.#matches.clear();
    this.#all.add(handle);
    let node = this.#root;
    for (const level of levelsOf(handle.filter)) node = childOf(node, level) ?? setChild(node, level, emptyNode());
    node.handles = [...node.handles, handle];
  }

  remove(handle: Handle): void {
    if (!this.#all.delete(handle)) return;
    this.#matches.clear();
    without(handle, this.#root, levelsOf(handle.filter), 0);
  }

  /** The handles with exactly this filter. */
  handlesOf(filter: string): readonly Handle[] {
    let node: Node<Handle> | undefined = this.#root;
    for (const level of levelsOf(filter)) node = node && childOf(node, level);
    return node?.handles.filter((handle) => handle.filter === filter) ?? [];
  }

  get size(): number {
    return this.#all.size;
  }

  all(): readonly Handle[] {
    return [...this.#all];
  }

  /** Whether some topic may match both this filter and that of a handle. */
  overlaps(filter: string): boolean {
    return this.size > 0 && meets(this.#root, levelsOf(filter), 0);
  }

  /** Every handle with a filter that matches. */
  match(topic: string): readonly Handle[] {
    let found = this.#matches.get(topic);
    if (found === undefined) {
      // A wildcard at the first level does not match topics of the server [MQTT-4.7.2-1].
      found = collect(this.#root, topic, 0, !topic.startsWith('$'), []);
      if (this.#matches.size >= REMEMBERED_TOPICS) this.#matches.clear();
      this.#matches.set(topic, found);
    }
    return found;
  }
}

const emptyNode = <Handle>(): Node<Handle> => ({ handles: [], '+': undefined, '#': undefined, children: undefined });

const isWildcard = (level: string): level is '+' | '#' => level === '+' || level === '#';

function childOf<Handle>(node: Node<Handle>, level: string): Node<Handle> | undefined {
  return isWildcard(level) ? node[level] : node.children?.get(level);
}

function setChild<Handle>(node: Node<Handle>, level: string, child: Node<Handle>): Node<Handle> {
  if (isWildcard(level)) node[level] = child;
  else (node.children ??= new Map()).set(level, child);
  return child;
}

/** Adds who wants a topic of which the levels from `start` on are left; `wild`: wildcards match the first of them. */
function collect<Handle>(
  node: Node<Handle>,
  topic: string,
  start: number,
  wild: boolean,
  before: readonly Handle[],
): readonly Handle[] {
  const { '+': any, '#': rest, children } = node;
  // `a/#` matches `a` too [MQTT-4.7.1-2].
  let found = rest !== undefined && wild ? joined(before, rest.handles) : before;
  if (start > topic.length) return joined(found, node.handles);
  if (any === undefined && children === undefined) return found;
  const slash = topic.indexOf('/', start);
  const end = slash < 0 ? topic.length : slash;
  const exact = children?.get(topic.slice(start, end));
  if (exact !== undefined) found = collect(exact, topic, end + 1, true, found);
  return any !== undefined && wild ? collect(any, topic, end + 1, true, found) : found;
}

/** Nearly always there is one list. */
function joined<Handle>(some: readonly Handle[], more: readonly Handle[]): readonly Handle[] {
  return some.length === 0 ? more : [...some, ...more];
}

function meets<Handle>(node: Node<Handle>, levels: readonly string[], depth: number): boolean {
  const level = levels[depth];
  // `a/#` and `a` meet [MQTT-4.7.1-2].
  if (node['#'] !== undefined || level === '#') return true;
  if (level === undefined) return node.handles.length > 0;
  const next = (child: Node<Handle> | undefined): boolean => child !== undefined && meets(child, levels, depth + 1);
  return (
    next(node['+']) || (level === '+' ? [...(node.children?.values() ?? [])].some(next) : next(childOf(node, level)))
  );
}

/** Takes the handle out of the tree below a node, with the nodes that it leaves empty. Returns whether this one is. */
function without<Handle>(handle: Handle, node: Node<Handle>, levels: readonly string[], depth: number): boolean {
  const level = levels[depth];
  if (level === undefined) node.handles = node.handles.filter((each) => each !== handle);
  else if (without(handle, childOf(node, level) as Node<Handle>, levels, depth + 1)) {
    if (isWildcard(level)) node[level] = undefined;
    else node.children?.delete(level);
  }
  return node.handles.length === 0 && !node['+'] && !node['#'] && !node.children?.size;
}

/** A shared subscription is delivered under the topic filter behind the share name [MQTT-4.8.2-2]. */
function levelsOf(filter: string): string[] {
  const levels = filter.split('/');
  return levels[0] === '$share' && levels.length > 2 ? levels.slice(2) : levels;
}
