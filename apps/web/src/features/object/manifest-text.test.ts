// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { editableText, manifestText } from './manifest-text.ts';

const object = {
  status: { phase: 'Running' },
  spec: { text: 'on', number: 1 },
  metadata: { name: 'web', uid: 'u', resourceVersion: '7', managedFields: [{}], creationTimestamp: 'x' },
  kind: 'Pod',
  apiVersion: 'v1',
};

describe('the text of an object', () => {
  it('has what people look for first on top and the status last', () => {
    expect([...manifestText(object).matchAll(/^(\w+):/gm)].map((match) => match[1])).toEqual([
      'apiVersion',
      'kind',
      'metadata',
      'spec',
      'status',
    ]);
  });

  it('leaves out of an edit what the cluster writes, but keeps the uid', () => {
    const text = editableText(object);
    expect(text).toContain('uid: u');
    for (const field of ['status', 'resourceVersion', 'managedFields', 'creationTimestamp'])
      expect(text).not.toContain(field);
  });
});
