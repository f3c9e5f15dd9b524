import { Dialog } from '../design/Dialog.tsx';
import { KeyHint } from '../design/KeyHint.tsx';
import { texts } from '../texts.ts';
import styles from './HelpOverlay.module.css';

export function HelpOverlay({ onClose }: { onClose(): void }) {
  return (
    <Dialog title={texts.help.title} wide onClose={onClose}>
      <div className={styles.groups}>
        {texts.help.groups.map((group) => (
          <section key={group.title}>
            <h3 className={styles.title}>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, meaning]) => (
                <div key={meaning} className={styles.line}>
                  <dt>{meaning}</dt>
                  <dd>
                    {keys.split(' ').map((each) => (
                      <KeyHint key={each} keys={each} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
