import { describe, it } from 'vitest';
import { openCluster, realKubeconfig } from './cluster-under-test.ts';
import { contractSuite } from './contract-suite.ts';

const kubeconfig = realKubeconfig();
if (kubeconfig) contractSuite('a real cluster', () => openCluster(kubeconfig));
else {
  describe('the contract on a real cluster', () => {
    it.skip('is not run: PILOTHOUSE_TEST_KUBECONFIG names no kubeconfig');
  });
}
