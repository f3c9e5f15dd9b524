import type { ClusterAccess } from '@pilothouse/contract';
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../../app/queries.ts';
import { Dialog } from '../../design/Dialog.tsx';
import { texts } from '../../texts.ts';
import { AccessForm } from './AccessForm.tsx';
import { isFormMeans, type Means } from './access-draft.ts';
import styles from './Clusters.module.css';
import { ContextPicker } from './ContextPicker.tsx';
import { KubeconfigForm } from './KubeconfigForm.tsx';

type RegisterDialogProps = { means: string; onMeans(means: Means): void; onClose(): void };

const everywhere: readonly Means[] = [
  'kubeconfig',
  'token',
  'client-certificate',
  'service-account',
  'oidc',
  'in-cluster',
  'simulated',
];

/** Every way there is to reach a cluster. Each is tested before it is saved. */
export function RegisterDialog({ means, onMeans, onClose }: RegisterDialogProps) {
  const local = useQuery(meQuery).data?.localMode ?? false;
  const offered: readonly Means[] = local ? ['local-context', ...everywhere] : everywhere;
  const chosen = offered.find((each) => each === means) ?? 'kubeconfig';
  return (
    <Dialog title={texts.clusters.register} wide onClose={onClose}>
      <div className={styles.means}>
        <fieldset className={styles.meansList} aria-label={texts.clusters.means}>
          {offered.map((each) => (
            <button key={each} type="button" aria-pressed={each === chosen} onClick={() => onMeans(each)}>
              {texts.clusters.meansNames[each]}
            </button>
          ))}
        </fieldset>
        <div className={styles.form}>
          <p className={styles.quiet}>{texts.clusters.meansIntro[chosen]}</p>
          {chosen === 'kubeconfig' && <KubeconfigForm onDone={onClose} />}
          {chosen === 'local-context' && (
            <ContextPicker
              source="local"
              accessOf={(context): ClusterAccess => ({ type: 'local-context', context })}
              onDone={onClose}
            />
          )}
          {isFormMeans(chosen) && <AccessForm key={chosen} means={chosen} onDone={onClose} />}
        </div>
      </div>
    </Dialog>
  );
}
