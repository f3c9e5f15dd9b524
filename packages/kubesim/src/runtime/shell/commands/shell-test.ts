import { type ContainerFilesystem, resolvePath } from '../container-filesystem.ts';

/** The answer of `test` (`[ … ]`). */
export function evaluateTest(args: readonly string[], files: ContainerFilesystem, folder: string): boolean {
  const or = args.indexOf('-o');
  if (or > 0) return evaluateTest(args.slice(0, or), files, folder) || evaluateTest(args.slice(or + 1), files, folder);
  const and = args.indexOf('-a');
  if (and > 0)
    return evaluateTest(args.slice(0, and), files, folder) && evaluateTest(args.slice(and + 1), files, folder);
  if (args[0] === '!') return !evaluateTest(args.slice(1), files, folder);
  const [first = '', sign = '', second = ''] = args;
  if (args.length === 0) return false;
  if (args.length === 1) return first !== '';
  if (args.length === 2) return unary(first, sign, { files, folder });
  return binary(first, sign, second);
}

function unary(sign: string, text: string, { files, folder }: { files: ContainerFilesystem; folder: string }): boolean {
  if (sign === '-z') return text === '';
  if (sign === '-n') return text !== '';
  const node = files.stat(resolvePath(folder, text));
  if (sign === '-d') return node?.kind === 'folder';
  if (sign === '-f') return node?.kind === 'file';
  if (sign === '-s') return node?.kind === 'file' && node.content !== '';
  if (sign === '-x') return node !== undefined && (node.mode & 0o111) !== 0;
  if (sign === '-t') return false;
  return node !== undefined;
}

function binary(left: string, sign: string, right: string): boolean {
  switch (sign) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '-eq':
      return Number(left) === Number(right);
    case '-ne':
      return Number(left) !== Number(right);
    case '-lt':
      return Number(left) < Number(right);
    case '-le':
      return Number(left) <= Number(right);
    case '-gt':
      return Number(left) > Number(right);
    case '-ge':
      return Number(left) >= Number(right);
    default:
      return false;
  }
}
