import { afterEach } from 'vitest';

// Tests of rules run without a document; those of components take what they drew away again.
if (typeof document !== 'undefined') {
  const { cleanup } = await import('@testing-library/react');
  afterEach(cleanup);
}
