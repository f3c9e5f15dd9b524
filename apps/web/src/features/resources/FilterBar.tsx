import { Popover } from '@base-ui/react/popover';
import { ListFilter, Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { listOf, textOf } from '../../app/search-params.ts';
import { Button } from '../../design/Button.tsx';
import { ToggleChip } from '../../design/Chips.tsx';
import { formatCount } from '../../design/format.ts';
import popup from '../../design/popup.module.css';
import { StateMark } from '../../design/StateBadge.tsx';
import { healthTone } from '../../design/state-tone.ts';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './ResourcesPage.module.css';

export type FilterSearch = {
  q?: string | undefined;
  labels?: string | undefined;
  fields?: string | undefined;
  health?: string | undefined;
  owner?: string | undefined;
};

export const noFilter: Required<FilterSearch> = {
  q: undefined,
  labels: undefined,
  fields: undefined,
  health: undefined,
  owner: undefined,
} as Required<FilterSearch>;

export function hasFilter(search: FilterSearch): boolean {
  return Boolean(search.q || search.labels || search.fields || search.health || search.owner);
}

export type FilterBarProps = {
  search: FilterSearch;
  /** Counts by health of everything the other filters let through. */
  health: Readonly<Record<string, number>>;
  onChange(change: FilterSearch, replace: boolean): void;
};

const statuses = ['degraded', 'progressing', 'missing', 'unknown', 'suspended', 'healthy'] as const;

export function FilterBar({ search, health, onChange }: FilterBarProps) {
  const chosen = listOf(search.health);
  return (
    <search className={styles.filters}>
      <FindField value={search.q ?? ''} onChange={(q) => onChange({ q: q || undefined }, true)} />
      <SelectorsButton search={search} onChange={(change) => onChange(change, false)} />
      <div className={styles.chips}>
        {statuses
          .filter((status) => (health[status] ?? 0) > 0 || chosen.includes(status))
          .map((status) => (
            <ToggleChip
              key={status}
              pressed={chosen.includes(status)}
              label={texts.health[status]}
              count={health[status] ?? 0}
              mark={<StateMark tone={healthTone[status]} />}
              onToggle={() => {
                const next = chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status];
                onChange({ health: textOf(next) }, false);
              }}
            />
          ))}
      </div>
      {(['labels', 'fields', 'owner'] as const).map(
        (name) =>
          search[name] && (
            <span key={name} className={styles.active}>
              {texts.filters[name]} <code title={search[name]}>{search[name]}</code>
              <button
                type="button"
                aria-label={texts.filters.remove(texts.filters[name])}
                onClick={() => onChange({ [name]: undefined }, false)}
              >
                <X size={12} />
              </button>
            </span>
          ),
      )}
      <span className="visuallyHidden" aria-live="polite">
        {chosen.length > 0 ? formatCount(chosen.reduce((sum, each) => sum + (health[each] ?? 0), 0)) : ''}
      </span>
    </search>
  );
}

/** Typing filters after a short rest, without a history entry for each letter. */
function FindField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, 160);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className={styles.find}>
      <TextField
        label={texts.filters.find}
        hideLabel
        type="search"
        data-page-search
        placeholder={texts.filters.findHint}
        leading={<Search size={14} />}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          setText('');
          event.currentTarget.blur();
        }}
      />
    </div>
  );
}

function SelectorsButton({ search, onChange }: { search: FilterSearch; onChange(change: FilterSearch): void }) {
  const [open, setOpen] = useState(false);
  const [labels, setLabels] = useState('');
  const [fields, setFields] = useState('');
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setLabels(search.labels ?? '');
        setFields(search.fields ?? '');
      }}
    >
      <Popover.Trigger render={<Button icon={<ListFilter size={14} />}>{texts.filters.selectors}</Button>} />
      <Popover.Portal>
        <Popover.Positioner className={popup.positioner} align="start" sideOffset={4} collisionPadding={8}>
          <Popover.Popup className={popup.popup} aria-label={texts.filters.selectors}>
            <form
              className={styles.selectors}
              onSubmit={(event) => {
                event.preventDefault();
                onChange({ labels: labels.trim() || undefined, fields: fields.trim() || undefined });
                setOpen(false);
              }}
            >
              <TextField
                label={texts.filters.labels}
                hint={texts.filters.labelsHint}
                placeholder="app=web,tier in (front, api)"
                mono
                value={labels}
                onChange={(event) => setLabels(event.target.value)}
              />
              <TextField
                label={texts.filters.fields}
                hint={texts.filters.fieldsHint}
                placeholder="spec.nodeName=node-1"
                mono
                value={fields}
                onChange={(event) => setFields(event.target.value)}
              />
              <div className={styles.selectorFoot}>
                <Button type="submit" variant="primary">
                  {texts.filters.apply}
                </Button>
              </div>
            </form>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
