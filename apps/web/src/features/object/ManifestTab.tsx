import { Pencil } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { Checkbox } from '../../design/Checkbox.tsx';
import { CopyButton } from '../../design/CopyButton.tsx';
import { CodeView } from '../../design/code/CodeView.tsx';
import { texts } from '../../texts.ts';
import type { ObjectRef } from '../resources/object-ref.ts';
import { manifestText } from './manifest-text.ts';
import styles from './ObjectView.module.css';
import { useManagedFields } from './useObject.ts';

type ManifestTabProps = { target: ObjectRef; object: unknown; editDenied: string | undefined; onEdit(): void };

export function ManifestTab({ target, object, editDenied, onEdit }: ManifestTabProps) {
  const [managed, setManaged] = useState(false);
  const withManaged = useManagedFields(target, managed);
  const shown = managed ? (withManaged.data?.object ?? object) : object;
  const text = useMemo(() => manifestText(shown), [shown]);
  return (
    <div className={styles.code}>
      <div className={styles.bar}>
        <Checkbox checked={managed} onChange={setManaged}>
          {texts.object.managedFields}
        </Checkbox>
        <span className={styles.spring} />
        <CopyButton text={text} label={texts.object.copyYaml} />
        <Button icon={<Pencil size={14} />} disabledReason={editDenied} onClick={onEdit}>
          {texts.object.edit}
        </Button>
      </div>
      {managed && withManaged.error && <ErrorNotice error={withManaged.error} />}
      <CodeView label={texts.object.yamlOf(target.name)} text={text} />
    </div>
  );
}
