import { type ComponentProps, type ReactNode, useId } from 'react';
import { cx } from './cx.ts';
import styles from './TextField.module.css';

type Shared = { label: string; hint?: ReactNode; error?: string | undefined; hideLabel?: boolean; mono?: boolean };
export type TextFieldProps = Shared & { leading?: ReactNode; trailing?: ReactNode } & ComponentProps<'input'>;
export type TextAreaProps = Shared & ComponentProps<'textarea'>;

function describedBy(id: string, { hint, error }: Shared): string | undefined {
  if (error) return `${id}-error`;
  return hint ? `${id}-hint` : undefined;
}

function Frame({ id, shared, children }: { id: string; shared: Shared; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={shared.hideLabel ? 'visuallyHidden' : styles.label}>
        {shared.label}
      </label>
      {children}
      {shared.error ? (
        <p id={`${id}-error`} className={styles.error}>
          {shared.error}
        </p>
      ) : (
        shared.hint && (
          <p id={`${id}-hint`} className={styles.hint}>
            {shared.hint}
          </p>
        )
      )}
    </div>
  );
}

export function TextField(props: TextFieldProps) {
  const { label, hint, error, hideLabel, mono, leading, trailing, className, ...rest } = props;
  const ownId = useId();
  const id = rest.id ?? ownId;
  const shared: Shared = { label, hint, error, ...(hideLabel ? { hideLabel } : {}) };
  return (
    <Frame id={id} shared={shared}>
      <div className={cx(styles.box, error && styles.wrong, className)}>
        {leading}
        <input
          {...rest}
          id={id}
          className={cx(styles.input, mono && 'mono')}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, shared)}
        />
        {trailing}
      </div>
    </Frame>
  );
}

export function TextArea({ label, hint, error, hideLabel, mono, className, ...rest }: TextAreaProps) {
  const ownId = useId();
  const id = rest.id ?? ownId;
  const shared: Shared = { label, hint, error, ...(hideLabel ? { hideLabel } : {}) };
  return (
    <Frame id={id} shared={shared}>
      <textarea
        rows={6}
        {...rest}
        id={id}
        className={cx(styles.box, styles.area, mono && 'mono', error && styles.wrong, className)}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, shared)}
      />
    </Frame>
  );
}
