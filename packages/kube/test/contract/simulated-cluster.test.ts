import { openSimulatedCluster } from './cluster-under-test.ts';
import { contractSuite } from './contract-suite.ts';

contractSuite('the simulated cluster', openSimulatedCluster);
