import { parseSync, Visitor } from 'rolldown/utils';

/**
 * What a file imports, in every way TypeScript has: `import`, `export … from`, `import()`, and `import('…')` in a type.
 * Imports of types count, because a layer may not even know the names of another.
 * @param {import('./source-files.mjs').SourceFile} file
 * @returns {string[]} the specifiers as written
 */
export function readImports({ path, source }) {
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);

  /** @type {Set<string>} */
  const specifiers = new Set();
  /** @param {{ source: object | null }} node */
  const collect = ({ source: from }) => {
    if (from !== null && 'value' in from && typeof from.value === 'string') specifiers.add(from.value);
  };
  new Visitor({
    ImportDeclaration: collect,
    ExportAllDeclaration: collect,
    ExportNamedDeclaration: collect,
    ImportExpression: collect,
    TSImportType: collect,
  }).visit(program);
  return [...specifiers];
}
