import { Select } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import { cx } from './cx.ts';
import popup from './popup.module.css';
import styles from './SelectField.module.css';

export type SelectOption<V extends string> = { value: V; label: string; hint?: string };
export type SelectFieldProps<V extends string> = {
  label: string;
  value: V;
  options: readonly SelectOption<V>[];
  onChange(value: V): void;
  hideLabel?: boolean;
  quiet?: boolean;
};

export function SelectField<V extends string>(props: SelectFieldProps<V>) {
  const { label, value, options, onChange, hideLabel, quiet } = props;
  return (
    <div className={styles.field}>
      <Select.Root items={[...options]} value={value} onValueChange={(next) => next !== null && onChange(next as V)}>
        <Select.Label className={hideLabel ? 'visuallyHidden' : styles.label}>{label}</Select.Label>
        <Select.Trigger className={cx(styles.trigger, quiet && styles.quiet)}>
          <Select.Value />
          <Select.Icon className={styles.icon}>
            <ChevronsUpDown size={12} />
          </Select.Icon>
        </Select.Trigger>
        <Select.Portal>
          <Select.Positioner className={popup.positioner} alignItemWithTrigger={false} sideOffset={4}>
            <Select.Popup className={popup.popup}>
              <Select.List>
                {options.map((option) => (
                  <Select.Item key={option.value} value={option.value} className={popup.item}>
                    <span className={popup.mark}>
                      <Select.ItemIndicator>
                        <Check size={14} />
                      </Select.ItemIndicator>
                    </span>
                    <Select.ItemText>{option.label}</Select.ItemText>
                    {option.hint && <span className={popup.hint}>{option.hint}</span>}
                  </Select.Item>
                ))}
              </Select.List>
            </Select.Popup>
          </Select.Positioner>
        </Select.Portal>
      </Select.Root>
    </div>
  );
}
