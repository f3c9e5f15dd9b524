/** A file or folder of a simulated container. Times in milliseconds since the epoch. */
export type FileNode =
  | { kind: 'file'; content: string; mode: number; time: number }
  | { kind: 'folder'; mode: number; time: number };

export type ContainerFilesystem = {
  stat(path: string): FileNode | undefined;
  read(path: string): string;
  write(path: string, content: string, how?: { append?: boolean }): void;
  makeFolder(path: string, parents: boolean): void;
  remove(path: string, recursive: boolean): void;
  /** Names in a folder, sorted. */
  list(path: string): string[];
};

/** A failed operation, with the words of errno (`No such file or directory`). */
export class FileProblem extends Error {
  constructor(
    why:
      | 'No such file or directory'
      | 'Is a directory'
      | 'Not a directory'
      | 'File exists'
      | 'Directory not empty'
      | 'No space left on device',
  ) {
    super(why);
    this.name = 'FileProblem';
  }
}

/** What a container may write beyond its image: memory of ours, so there is little. */
const quotaBytes = 4 * 1024 * 1024;

/** A small tree of files in memory. `seed` maps absolute paths to contents; a path that ends in `/` is an empty folder. */
export function createContainerFilesystem(
  seed: Readonly<Record<string, string>>,
  now: () => number,
): ContainerFilesystem {
  const nodes = new Map<string, FileNode>();
  let written = 0;
  const made = now();
  nodes.set('/', { kind: 'folder', mode: 0o755, time: made });
  for (const [path, content] of Object.entries(seed)) {
    const whole = normalize(path);
    addParents(whole);
    if (path.endsWith('/')) nodes.set(whole, { kind: 'folder', mode: 0o755, time: made });
    else
      nodes.set(whole, { kind: 'file', content, mode: /^\/(usr\/)?s?bin\//.test(whole) ? 0o755 : 0o644, time: made });
  }

  function addParents(path: string): void {
    for (let parent = parentOf(path); parent !== '/'; parent = parentOf(parent)) {
      if (!nodes.has(parent)) nodes.set(parent, { kind: 'folder', mode: 0o755, time: made });
    }
  }

  function needFolder(path: string): void {
    const parent = nodes.get(parentOf(path));
    if (parent === undefined) throw new FileProblem('No such file or directory');
    if (parent.kind !== 'folder') throw new FileProblem('Not a directory');
  }

  function list(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const names: string[] = [];
    for (const known of nodes.keys()) {
      if (known !== '/' && known.startsWith(prefix) && !known.includes('/', prefix.length))
        names.push(known.slice(prefix.length));
    }
    return names.sort();
  }

  return {
    stat: (path) => nodes.get(normalize(path)),
    read(path) {
      const node = nodes.get(normalize(path));
      if (node === undefined) throw new FileProblem('No such file or directory');
      if (node.kind === 'folder') throw new FileProblem('Is a directory');
      return node.content;
    },
    write(path, content, how = {}) {
      const whole = normalize(path);
      if (whole === '/dev/null') return;
      needFolder(whole);
      const known = nodes.get(whole);
      if (known?.kind === 'folder') throw new FileProblem('Is a directory');
      written += content.length;
      if (written > quotaBytes) throw new FileProblem('No space left on device');
      const before = how.append === true ? (known?.content ?? '') : '';
      nodes.set(whole, { kind: 'file', content: before + content, mode: known?.mode ?? 0o644, time: now() });
    },
    makeFolder(path, parents) {
      const whole = normalize(path);
      if (nodes.has(whole)) {
        if (parents && nodes.get(whole)?.kind === 'folder') return;
        throw new FileProblem('File exists');
      }
      if (parents) addParents(whole);
      needFolder(whole);
      nodes.set(whole, { kind: 'folder', mode: 0o755, time: now() });
    },
    remove(path, recursive) {
      const whole = normalize(path);
      const node = nodes.get(whole);
      if (node === undefined) throw new FileProblem('No such file or directory');
      if (node.kind === 'folder' && !recursive) throw new FileProblem('Is a directory');
      for (const known of [...nodes.keys()])
        if (known.startsWith(`${whole === '/' ? '' : whole}/`) && known !== '/') nodes.delete(known);
      if (whole !== '/') nodes.delete(whole);
    },
    list(path) {
      const whole = normalize(path);
      const node = nodes.get(whole);
      if (node === undefined) throw new FileProblem('No such file or directory');
      if (node.kind === 'file') throw new FileProblem('Not a directory');
      return list(whole);
    },
  };
}

/** The absolute path of `path` seen from `folder`, without `.` and `..`. */
export function resolvePath(folder: string, path: string): string {
  return normalize(path.startsWith('/') ? path : `${folder}/${path}`);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
