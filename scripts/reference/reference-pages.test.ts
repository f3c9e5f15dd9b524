import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../run-command.ts';
import { referencePages } from './reference-pages.ts';

describe('the generated reference', () => {
  it.each(Object.entries(referencePages()))(
    'docs/reference/%s is what the code says (npm run build writes it)',
    (file, text) => {
      expect(readFileSync(join(root, 'docs/reference', file), 'utf8')).toBe(text);
    },
  );
});
