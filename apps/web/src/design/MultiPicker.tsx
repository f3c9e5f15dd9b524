import { Popover } from '@base-ui/react/popover';
import { Check, Search } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, type ReactNode, useId, useMemo, useState } from 'react';
import { texts } from '../texts.ts';
import { Button } from './Button.tsx';
import popup from './popup.module.css';
import { TextField } from './TextField.tsx';

export type PickerOption = { value: string; label: string; mark?: ReactNode; hint?: string | undefined };
export type MultiPickerProps = {
  trigger: ReactElement;
  label: string;
  options: readonly PickerOption[];
  chosen: readonly string[];
  onChange(chosen: string[]): void;
  /** Words of the button that empties the choice, which means "all". */
  clearLabel?: string;
  emptyText?: string;
};

const shownAtMost = 300;

/** Several out of many, found by typing. Enter toggles, Ctrl/⌘+Enter picks only that one. */
export function MultiPicker(props: MultiPickerProps) {
  const { trigger, label, options, chosen, onChange, clearLabel, emptyText = texts.table.nothingFound } = props;
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const found = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/);
    return options.filter((option) => words.every((word) => option.label.toLowerCase().includes(word)));
  }, [options, query]);
  const shown = found.slice(0, shownAtMost);

  const toggle = (value: string, only = false) => {
    if (only) onChange([value]);
    else onChange(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = Math.min(shown.length - 1, Math.max(0, active + step));
      setActive(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }
    const option = shown[active];
    if (event.key === 'Enter' && option) {
      event.preventDefault();
      toggle(option.value, event.ctrlKey || event.metaKey);
    }
  };

  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setQuery('');
        setActive(0);
      }}
    >
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner className={popup.positioner} align="start" sideOffset={4} collisionPadding={8}>
          <Popover.Popup className={popup.popup} aria-label={label}>
            <div className={popup.search}>
              <TextField
                label={label}
                hideLabel
                type="search"
                leading={<Search size={14} />}
                placeholder={label}
                value={query}
                role="combobox"
                aria-expanded
                aria-controls={listId}
                aria-activedescendant={shown[active] ? `${listId}-${active}` : undefined}
                onChange={(event) => {
                  setQuery(event.target.value);
                  setActive(0);
                }}
                onKeyDown={onKeyDown}
              />
            </div>
            <div id={listId} role="listbox" aria-multiselectable aria-label={label}>
              {shown.map((option, index) => (
                // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: as above
                <div
                  key={option.value}
                  id={`${listId}-${index}`}
                  role="option"
                  aria-selected={chosen.includes(option.value)}
                  className={popup.item}
                  data-active={index === active || undefined}
                  onMouseMove={() => setActive(index)}
                  onClick={(event) => toggle(option.value, event.ctrlKey || event.metaKey)}
                >
                  <span className={popup.mark}>{chosen.includes(option.value) && <Check size={14} />}</span>
                  {option.mark}
                  <span className={popup.grow}>{option.label}</span>
                  {option.hint && <span className={popup.hint}>{option.hint}</span>}
                </div>
              ))}
            </div>
            {shown.length === 0 && <p className={popup.empty}>{emptyText}</p>}
            {found.length > shown.length && <p className={popup.empty}>{texts.table.typeToNarrow(found.length)}</p>}
            {clearLabel && chosen.length > 0 && (
              <div className={popup.foot}>
                <Button variant="ghost" onClick={() => onChange([])}>
                  {clearLabel}
                </Button>
              </div>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
