import { afterAll, beforeAll, describe } from 'vitest';
import { apiContract } from './api-contract.ts';
import { applyContract } from './apply-contract.ts';
import type { ClusterUnderTest } from './cluster-under-test.ts';
import { objectsContract } from './objects-contract.ts';
import { podsContract } from './pods-contract.ts';
import { watchContract } from './watch-contract.ts';

/** The contract of the client with a Kubernetes API server: whatever cluster it runs against must pass all of it. */
export function contractSuite(name: string, start: () => Promise<ClusterUnderTest>): void {
  describe(`the contract on ${name}`, { timeout: 60_000 }, () => {
    let cluster: ClusterUnderTest | undefined;
    beforeAll(async () => {
      cluster = await start();
    });
    afterAll(() => cluster?.close());
    const open = (): ClusterUnderTest => {
      if (!cluster) throw new Error('the cluster did not start');
      return cluster;
    };
    apiContract(open);
    objectsContract(open);
    applyContract(open);
    watchContract(open);
    podsContract(open);
  });
}
