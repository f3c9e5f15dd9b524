/** One property of a declared interface: its type as text, and where its comment stands in the source. */
export type DeclaredField = { type: string; required: boolean; description: string };
export type DeclaredInterface = { description: string; fields: Map<string, DeclaredField> };
export type DeclarationFile = {
  /** Imported name -> module path as written. */
  imports: Map<string, string>;
  interfaces: Map<string, DeclaredInterface>;
  aliases: Map<string, string>;
};

const importLine = /^import (?:type )?\{ (.+) \} from ['"](.+)['"];$/;
const interfaceLine = /^export interface (\w+)(?: extends \w+)? \{$/;
const aliasLine = /^export type (\w+) = (.+);$/;
const fieldLine = /^\s+(?:readonly )?["']?([\w$-]+)["']?(\??): (.+)$/;

/**
 * Reads the regular subset of TypeScript that the package `kubernetes-types` is written in: imports, interfaces with one property per
 * line (a map's `{ [name: string]: T }` spans three) and type aliases, each under a doc comment. About 10 ms for everything it holds.
 */
export function parseDeclarations(source: string): DeclarationFile {
  const file: DeclarationFile = { imports: new Map(), interfaces: new Map(), aliases: new Map() };
  const lines = source.split('\n');
  let comment = '';
  let open: DeclaredInterface | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const trimmed = line.trimStart();
    if (trimmed.startsWith('/**')) {
      let end = index;
      while (end < lines.length - 1 && !(lines[end] ?? '').trimEnd().endsWith('*/')) end++;
      comment = commentText(lines.slice(index, end + 1));
      index = end;
      continue;
    }
    if (line === '}') {
      open = undefined;
      continue;
    }
    if (open !== undefined) {
      const field = fieldLine.exec(line);
      if (field === null) continue;
      let type = field[3] ?? '';
      if (type === '{') {
        type = `{ ${(lines[index + 1] ?? '').trim()} }`;
        index += 2;
      }
      open.fields.set(field[1] ?? '', {
        type: type.replace(/;$/, ''),
        required: field[2] === '',
        description: comment,
      });
      comment = '';
      continue;
    }
    const declared = interfaceLine.exec(line);
    if (declared !== null) {
      open = { description: comment, fields: new Map() };
      file.interfaces.set(declared[1] ?? '', open);
      comment = '';
      continue;
    }
    const imported = importLine.exec(line);
    if (imported !== null)
      for (const name of (imported[1] ?? '').split(', ')) file.imports.set(name, imported[2] ?? '');
    const alias = aliasLine.exec(line);
    if (alias !== null) file.aliases.set(alias[1] ?? '', alias[2] ?? '');
  }
  return file;
}

function commentText(lines: readonly string[]): string {
  return lines
    .map((line) =>
      line
        .trim()
        .replace(/^\/\*\*\s?/, '')
        .replace(/\s*\*\/$/, '')
        .replace(/^\*\s?/, ''),
    )
    .join('\n')
    .trim();
}
