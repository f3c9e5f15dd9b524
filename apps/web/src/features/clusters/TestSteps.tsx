import type { ConnectionTest } from '@pilothouse/contract';
import { StateMark } from '../../design/StateBadge.tsx';
import { texts } from '../../texts.ts';
import styles from './Clusters.module.css';

/** A connection test, step by step, with what to do where it failed. */
export function TestSteps({ test }: { test: ConnectionTest }) {
  return (
    <ul className={styles.steps} aria-label={texts.clusters.testResult}>
      {test.steps.map((step) => (
        <li key={step.name} className={styles.step}>
          <StateMark
            tone={step.ok ? 'ok' : 'bad'}
            label={step.ok ? texts.clusters.stepOk : texts.clusters.stepFailed}
          />
          <span>{texts.clusters.steps[step.name]}</span>
          <span>{step.message}</span>
          {step.hint && <span className={styles.stepHint}>{step.hint}</span>}
        </li>
      ))}
      {test.permissions && (
        <li className={styles.step}>
          <StateMark tone={test.permissions.everything ? 'ok' : 'none'} />
          <span>{texts.clusters.may}</span>
          <span>
            {test.permissions.everything
              ? texts.clusters.mayEverything
              : texts.clusters.mayRules(test.permissions.rules.length)}
          </span>
        </li>
      )}
    </ul>
  );
}
